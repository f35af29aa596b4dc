package dev.demitasse.huggingface;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.demitasse.gguf.TensorType;
import dev.demitasse.gguf.quant.Dequantizer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Repacking is exact: the float32 values equal {@code (q - z) · scale} to the last bit. */
class AwqMatrixTest {
    private static final int[] PLACES = {0, 2, 4, 6, 1, 3, 5, 7};
    private static final int INPUTS = 128;
    private static final int OUTPUTS = 64;
    private static final int GROUP = 64;

    @Test
    void valuesStayTheSame() {
        Random random = new Random(5);
        int[][] numbers = numbers(INPUTS, random);
        int[][] zeros = numbers(INPUTS / GROUP, random);
        short[][] scales = new short[INPUTS / GROUP][OUTPUTS];
        ByteBuffer scaleBytes =
                ByteBuffer.allocate(INPUTS / GROUP * OUTPUTS * 2).order(ByteOrder.LITTLE_ENDIAN);
        for (short[] row : scales) {
            for (int i = 0; i < OUTPUTS; i++) {
                row[i] = (short) random.nextInt(0x7C00); // from subnormal to the maximum
                scaleBytes.putShort(row[i]);
            }
        }
        ByteBuffer rows = ByteBuffer.allocate((int) TensorType.Q5_0.bytes(INPUTS * OUTPUTS));
        AwqMatrix matrix = new AwqMatrix(INPUTS, OUTPUTS, GROUP, rows::put);
        matrix.scales().accept(scaleBytes.flip());
        matrix.weights().accept(pack(numbers));
        matrix.zeros().accept(pack(zeros));

        float[] values = new float[INPUTS * OUTPUTS];
        Dequantizer.of(TensorType.Q5_0).dequantize(rows.order(ByteOrder.LITTLE_ENDIAN), 0, values, 0, values.length);
        float[] scale = new float[1];
        for (int output = 0; output < OUTPUTS; output++) {
            for (int input = 0; input < INPUTS; input++) {
                int group = input / GROUP;
                ByteBuffer half = ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN);
                Dequantizer.of(TensorType.F16).dequantize(half.putShort(0, scales[group][output]), 0, scale, 0, 1);
                double exact = (double) (numbers[input][output] - zeros[group][output]) * scale[0];
                assertEquals(exact, values[output * INPUTS + input], 0.0);
            }
        }
    }

    private static int[][] numbers(int rows, Random random) {
        int[][] numbers = new int[rows][OUTPUTS];
        for (int[] row : numbers) {
            for (int i = 0; i < OUTPUTS; i++) {
                row[i] = random.nextInt(16);
            }
        }
        return numbers;
    }

    private static ByteBuffer pack(int[][] numbers) {
        ByteBuffer packed = ByteBuffer.allocate(numbers.length * OUTPUTS / 2).order(ByteOrder.LITTLE_ENDIAN);
        for (int[] row : numbers) {
            for (int column = 0; column < OUTPUTS; column += 8) {
                int eight = 0;
                for (int place = 0; place < 8; place++) {
                    eight |= row[column + PLACES[place]] << 4 * place;
                }
                packed.putInt(eight);
            }
        }
        return packed.flip();
    }
}
