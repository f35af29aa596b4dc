package dev.demitasse.cpu;

import java.nio.ByteBuffer;

/** Quantizes rows to Q8_0: blocks of 32 with a float16 scale (ggml's {@code quantize_row_q8_0}). */
final class Q80Rows {
    private static final int BLOCK = 32;
    private static final int BLOCK_BYTES = 34;

    private Q80Rows() {}

    /**
     * Quantizes a row.
     *
     * @param target little-endian; written from its start, whatever its position
     */
    static void quantize(float[] row, ByteBuffer target) {
        for (int block = 0; block < row.length / BLOCK; block++) {
            float amax = 0;
            for (int i = 0; i < BLOCK; i++) {
                amax = Math.max(amax, Math.abs(row[block * BLOCK + i]));
            }
            float scale = amax / 127;
            float inverse = scale == 0 ? 0 : 1 / scale;
            int at = block * BLOCK_BYTES;
            target.putShort(at, toFloat16(scale));
            for (int i = 0; i < BLOCK; i++) {
                target.put(at + 2 + i, (byte) Math.round(row[block * BLOCK + i] * inverse));
            }
        }
    }

    /** Rounds a number that isn't negative to the nearest float16; infinity beyond the range. */
    private static short toFloat16(float value) {
        if (value < 0x1p-14f) {
            return (short) Math.round(value * 0x1p24f); // subnormal
        }
        int bits = Float.floatToRawIntBits(value);
        int half = ((bits + 0xfff + ((bits >> 13) & 1)) >> 13) - (112 << 10);
        return (short) Math.min(half, 0x7c00);
    }
}
