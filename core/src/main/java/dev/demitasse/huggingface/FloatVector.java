package dev.demitasse.huggingface;

import dev.demitasse.gguf.TensorType;
import dev.demitasse.gguf.quant.Dequantizer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Converts a vector to float32, exactly, and adds a constant. */
final class FloatVector implements Conversion {
    private final TensorType type;
    private final int size;
    private final float shift;
    private final Collector collector;
    private final Conversion next;

    FloatVector(TensorType type, int size, float shift, Conversion next) {
        this.type = type;
        this.size = size;
        this.shift = shift;
        this.next = next;
        collector = new Collector((int) type.bytes(size));
    }

    @Override
    public void accept(ByteBuffer bytes) {
        collector.take(bytes);
        if (!collector.isFull()) {
            return;
        }
        float[] values = new float[size];
        Dequantizer.of(type).dequantize(collector.buffer(), 0, values, 0, size);
        for (int i = 0; i < size; i++) {
            values[i] += shift;
        }
        next.accept(bytes(values));
    }

    /** Returns the values as little-endian float32. */
    static ByteBuffer bytes(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putFloat(value);
        }
        return bytes.flip();
    }
}
