package dev.demitasse.gguf;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.demitasse.gguf.quant.Dequantizer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FiniteCheckTest {
    private static final int BLOCKS = 3;

    /** Random bytes are accepted exactly if all elements that they stand for are finite, however they are cut. */
    @ParameterizedTest
    @EnumSource
    void findsWhatTheDequantizerMakesNotFinite(TensorType type) {
        Random random = new Random(type.name().hashCode());
        int accepted = 0;
        int columns = BLOCKS * Math.max(8, type.blockSize());
        int bytes = (int) type.bytes(columns);
        TensorInfo tensor = new TensorInfo("t", type, List.of(columns), 0, bytes);
        for (int i = 0; i < 2000; i++) {
            byte[] content = new byte[bytes];
            random.nextBytes(content);
            if (type == TensorType.F16 || type == TensorType.BF16 || type == TensorType.F32) {
                for (int b = 0; b < bytes && random.nextInt(3) > 0; b++) {
                    content[b] &= 0x3F; // or few random numbers would all be finite
                }
            }
            float[] elements = new float[columns];
            ByteBuffer buffer = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
            Dequantizer.of(type).dequantize(buffer, 0, elements, 0, columns);
            boolean isFinite = true;
            for (float element : elements) {
                isFinite &= Float.isFinite(element);
            }
            int cut = random.nextInt(bytes + 1);
            int second = cut + random.nextInt(bytes - cut + 1);
            if (isFinite) {
                accepted++;
                assertDoesNotThrow(() -> check(tensor, content, cut, second));
            } else {
                GgufException e = assertThrows(GgufException.class, () -> check(tensor, content, cut, second));
                String what = type.blockSize() == 1 ? "weight" : "scale";
                assertEquals("tensor t has a " + what + " that is not a finite number", e.getMessage());
            }
        }
        assertEquals(accepted, Math.max(100, Math.min(1900, accepted)), "some are accepted, some are not");
    }

    private static void check(TensorInfo tensor, byte[] content, int cut, int second) {
        FiniteCheck check = new FiniteCheck();
        int[] cuts = {0, cut, second, content.length};
        for (int i = 0; i < 3; i++) {
            check.check(tensor, cuts[i], ByteBuffer.wrap(content, cuts[i], cuts[i + 1] - cuts[i]));
        }
    }
}
