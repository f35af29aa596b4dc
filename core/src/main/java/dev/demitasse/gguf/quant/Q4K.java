package dev.demitasse.gguf.quant;

import java.nio.ByteBuffer;

/** Blocks of 256: float16 {@code d} and {@code dmin}, {@link KScales}, 128 bytes of 4-bit values for sub-blocks of 32; {@code (d · scale) · q − dmin · minimum}. */
final class Q4K implements Dequantizer {
    @Override
    public void dequantize(ByteBuffer source, int at, float[] target, int out, int count) {
        for (int end = out + count; out < end; out += 256, at += 144) {
            float d = HalfFloat.toFloat(source.getShort(at));
            float dMin = HalfFloat.toFloat(source.getShort(at + 2));
            for (int subBlock = 0; subBlock < 8; subBlock++) {
                float scale = d * KScales.scale(source, at + 4, subBlock);
                float min = dMin * KScales.min(source, at + 4, subBlock);
                int quants = at + 16 + subBlock / 2 * 32;
                int shift = subBlock % 2 * 4;
                for (int i = 0; i < 32; i++) {
                    target[out + subBlock * 32 + i] = scale * (source.get(quants + i) >> shift & 15) - min;
                }
            }
        }
    }
}
