package dev.demitasse.huggingface;

import dev.demitasse.gguf.TensorType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A matrix quantized by AWQ (Lin et al. 2023) in AutoAWQ's GEMM layout, repacked to Q5_0 without loss.
 *
 * <p>An element is {@code (q - z) · scale}: q and z have 4 bits; z and a float16 scale exist for each group of inputs and each output.
 * So {@code q - z} is an integer from -15 to 15, and Q5_0's {@code d · (q5 - 16)}, with {@code d = scale} and {@code q5 = q - z +
 * 16}, is the same product: 11 by 4 significant bits, which float32 represents exactly.
 *
 * <p>The layout is transposed: {@code qweight} is {@code [in, out / 8]}, with 8 outputs in a 32-bit integer, {@code qzeros} is
 * {@code [in / group, out / 8]}, and {@code scales} is {@code [in / group, out]}. Repacking needs all three, so each is kept until
 * the last of them is complete.
 */
final class AwqMatrix {
    /** Elements of a Q5_0 block. */
    static final int BLOCK = 32;

    /** Outputs in one 32-bit integer. */
    static final int PACKED = 8;

    /** Bit position of each output in its 32-bit integer: AutoAWQ packs the outputs 0, 2, 4, 6, 1, 3, 5, 7. */
    private static final int[] SHIFTS = {0, 16, 4, 20, 8, 24, 12, 28};

    private static final int BLOCK_BYTES = TensorType.Q5_0.blockBytes();

    private final int inputs;
    private final int outputs;
    private final int group;
    private final Collector weights;
    private final Collector zeros;
    private final Collector scales;
    private final Conversion next;

    /**
     * Creates a matrix without its elements.
     *
     * @param inputs columns of the matrix, a multiple of {@code group}
     * @param outputs rows of the matrix, a multiple of {@link #PACKED}
     * @param group number of inputs that share a scale, a multiple of {@link #BLOCK}
     * @param next receives the rows
     */
    AwqMatrix(int inputs, int outputs, int group, Conversion next) {
        this.inputs = inputs;
        this.outputs = outputs;
        this.group = group;
        this.next = next;
        weights = new Collector(inputs * (outputs / 2));
        zeros = new Collector(inputs / group * (outputs / 2));
        scales = new Collector(inputs / group * outputs * Short.BYTES);
    }

    Conversion weights() {
        return bytes -> take(weights, bytes);
    }

    Conversion zeros() {
        return bytes -> take(zeros, bytes);
    }

    Conversion scales() {
        return bytes -> take(scales, bytes);
    }

    private void take(Collector part, ByteBuffer bytes) {
        part.take(bytes);
        if (weights.isFull() && zeros.isFull() && scales.isFull()) {
            repack();
            weights.free();
            zeros.free();
            scales.free();
        }
    }

    private void repack() {
        ByteBuffer packed = weights.buffer();
        ByteBuffer packedZeros = zeros.buffer();
        ByteBuffer scale = scales.buffer();
        int columns = outputs / PACKED;
        int rowBytes = inputs / BLOCK * BLOCK_BYTES;
        ByteBuffer rows = ByteBuffer.allocate(PACKED * rowBytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int column = 0; column < columns; column++) {
            for (int output = 0; output < PACKED; output++) {
                int at = output * rowBytes;
                for (int first = 0; first < inputs; first += BLOCK, at += BLOCK_BYTES) {
                    int place = first / group * columns + column;
                    int zero = number(packedZeros, place, output);
                    rows.putShort(at, scale.getShort((place * PACKED + output) * Short.BYTES));
                    int fifths = 0;
                    for (int i = 0; i < BLOCK / 2; i++) {
                        int low = number(packed, (first + i) * columns + column, output) - zero + 16;
                        int high = number(packed, (first + i + BLOCK / 2) * columns + column, output) - zero + 16;
                        rows.put(at + Short.BYTES + Integer.BYTES + i, (byte) (low & 15 | high << 4));
                        fifths |= low >> 4 << i | high >> 4 << i + BLOCK / 2;
                    }
                    rows.putInt(at + Short.BYTES, fifths);
                }
            }
            next.accept(rows.duplicate());
        }
    }

    private static int number(ByteBuffer packed, int place, int output) {
        return packed.getInt(place * Integer.BYTES) >>> SHIFTS[output] & 15;
    }
}
