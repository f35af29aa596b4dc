package dev.demitasse.gguf.quant;

import java.nio.ByteBuffer;

/** Blocks of 256: 16 bytes of 4-bit scales and minimums for sub-blocks of 16, 64 bytes of 2-bit values, float16 {@code d} and {@code dmin}; {@code (d · scale) · q − dmin · minimum}. */
final class Q2K implements Dequantizer {
    @Override
    public void dequantize(ByteBuffer source, int at, float[] target, int out, int count) {
        for (int end = out + count; out < end; out += 256, at += 84) {
            float d = HalfFloat.toFloat(source.getShort(at + 80));
            float dMin = HalfFloat.toFloat(source.getShort(at + 82));
            for (int subBlock = 0; subBlock < 16; subBlock++) {
                int packed = source.get(at + subBlock);
                float scale = d * (packed & 15);
                float min = dMin * (packed >> 4 & 15);
                // Each half of the block packs eight sub-blocks in 32 bytes: two next to each other for each pair of
                // bits.
                int quants = at + 16 + (subBlock / 8) * 32 + (subBlock % 2) * 16;
                int shift = subBlock % 8 / 2 * 2;
                for (int i = 0; i < 16; i++) {
                    target[out + subBlock * 16 + i] = scale * (source.get(quants + i) >> shift & 3) - min;
                }
            }
        }
    }
}
