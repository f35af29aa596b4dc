package dev.demitasse.backend.reference;

import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.gguf.quant.Dequantizer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A weight in the quantization of its file, outside the Java heap. */
final class LoadedWeight {
    private final TensorInfo tensor;
    private final Dequantizer dequantizer;
    private final int rowBytes;
    private final ByteBuffer bytes;
    private int loaded;

    LoadedWeight(TensorInfo tensor) {
        this.tensor = tensor;
        dequantizer = Dequantizer.of(tensor.type());
        rowBytes = (int) tensor.type().bytes(tensor.columns());
        bytes = ByteBuffer.allocateDirect((int) tensor.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    }

    void load(long offset, ByteBuffer source) {
        if (offset != loaded) {
            throw new IllegalStateException(
                    "tensor " + tensor.name() + " has bytes at " + offset + "; the next should be at " + loaded);
        }
        loaded += source.remaining();
        bytes.put(source.duplicate());
    }

    boolean isLoaded() {
        return loaded == bytes.capacity();
    }

    String name() {
        return tensor.name();
    }

    /** Dequantizes a row to {@code target} from {@code offset} on. */
    void row(int row, float[] target, int offset) {
        dequantizer.dequantize(bytes, row * rowBytes, target, offset, tensor.columns());
    }
}
