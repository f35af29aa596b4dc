package dev.demitasse.gguf.quant;

import java.nio.ByteBuffer;

/** Blocks of 256: 128 bytes of low nibbles, 64 bytes of high 2 bits, 16 signed scales for sub-blocks of 16, float16 {@code d}; {@code (d · scale) · (q − 32)}. */
final class Q6K implements Dequantizer {
    @Override
    public void dequantize(ByteBuffer source, int at, float[] target, int out, int count) {
        for (int end = out + count; out < end; out += 256, at += 210) {
            float d = HalfFloat.toFloat(source.getShort(at + 208));
            for (int subBlock = 0; subBlock < 16; subBlock++) {
                float scale = d * source.get(at + 192 + subBlock);
                // Each half of the block packs eight sub-blocks: four in the low nibbles of 64 bytes, then four in the
                // high.
                int half = subBlock / 8;
                int low = at + half * 64 + subBlock % 4 * 16;
                int lowShift = subBlock % 8 / 4 * 4;
                int high = at + 128 + half * 32 + subBlock % 2 * 16;
                int highShift = subBlock % 8 / 2 * 2;
                for (int i = 0; i < 16; i++) {
                    int q = source.get(low + i) >> lowShift & 15 | (source.get(high + i) >> highShift & 3) << 4;
                    target[out + subBlock * 16 + i] = scale * (q - 32);
                }
            }
        }
    }
}
