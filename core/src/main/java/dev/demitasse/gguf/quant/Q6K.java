package dev.demitasse.gguf.quant;

import java.nio.ByteBuffer;

/** Super-blocks of 256: 128 bytes of low nibbles, 64 bytes of high 2 bits, 16 signed scales for runs of 16, float16 {@code d}; {@code (d · scale) · (q − 32)}. */
final class Q6K implements Dequantizer {
    @Override
    public void dequantize(ByteBuffer source, int at, float[] target, int out, int count) {
        for (int end = out + count; out < end; out += 256, at += 210) {
            float d = HalfFloat.toFloat(source.getShort(at + 208));
            for (int run = 0; run < 16; run++) {
                float scale = d * source.get(at + 192 + run);
                // Each half of the block packs eight runs: four in the low nibbles of 64 bytes, then four in the high.
                int half = run / 8;
                int low = at + half * 64 + run % 4 * 16;
                int lowShift = run % 8 / 4 * 4;
                int high = at + 128 + half * 32 + run % 2 * 16;
                int highShift = run % 8 / 2 * 2;
                for (int i = 0; i < 16; i++) {
                    int q = source.get(low + i) >> lowShift & 15 | (source.get(high + i) >> highShift & 3) << 4;
                    target[out + run * 16 + i] = scale * (q - 32);
                }
            }
        }
    }
}
