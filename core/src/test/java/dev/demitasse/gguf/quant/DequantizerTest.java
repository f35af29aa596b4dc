package dev.demitasse.gguf.quant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.gguf.TensorType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compares every type with gguf-py, bit for bit, on random and extreme blocks (made by {@code oracle/quant_blocks.py}). */
class DequantizerTest {
    @ParameterizedTest
    @EnumSource(TensorType.class)
    void equalsGgufPyBitForBit(TensorType type) throws IOException {
        ByteBuffer blocks = resource(type + ".blocks");
        ByteBuffer expected = resource(type + ".f32");
        int count = expected.capacity() / Float.BYTES;
        assertTrue(count >= 512 || type.blockSize() > 1);
        assertEquals(blocks.capacity(), type.bytes(count));

        // Not at the start of the buffers, so that wrong offsets are detected.
        ByteBuffer source = ByteBuffer.allocate(3 + blocks.capacity()).order(ByteOrder.LITTLE_ENDIAN);
        source.put(3, blocks, 0, blocks.capacity());
        float[] target = new float[5 + count + 1];
        target[4] = target[5 + count] = 7;
        Dequantizer.of(type).dequantize(source, 3, target, 5, count);

        for (int i = 0; i < count; i++) {
            float value = expected.getFloat(i * Float.BYTES);
            assertEquals(
                    Float.isNaN(value) ? "NaN" : Integer.toHexString(Float.floatToRawIntBits(value)),
                    Float.isNaN(target[5 + i]) ? "NaN" : Integer.toHexString(Float.floatToRawIntBits(target[5 + i])),
                    type + " element " + i);
        }
        assertEquals(7, target[4]);
        assertEquals(7, target[5 + count]);
    }

    private static ByteBuffer resource(String name) throws IOException {
        try (var in = DequantizerTest.class.getResourceAsStream("/quant/" + name)) {
            return ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
        }
    }
}
