package dev.demitasse.gguf.quant;

import java.nio.ByteBuffer;

/** Blocks of 256: 32 bytes of third bits, 64 bytes of low 2-bit values, 12 bytes of 6-bit scales for sub-blocks of 16, float16 {@code d}; {@code d · (scale − 32) · (q − 4)}. */
final class Q3K implements Dequantizer {
    @Override
    public void dequantize(ByteBuffer source, int at, float[] target, int out, int count) {
        for (int end = out + count; out < end; out += 256, at += 110) {
            float d = HalfFloat.toFloat(source.getShort(at + 108));
            for (int subBlock = 0; subBlock < 16; subBlock++) {
                int low = source.get(at + 96 + subBlock % 8) >> (subBlock / 8 * 4) & 15;
                int high = source.get(at + 104 + subBlock % 4) >> (subBlock / 4 * 2) & 3;
                float scale = d * ((low | high << 4) - 32);
                int quants = at + 32 + (subBlock / 8) * 32 + (subBlock % 2) * 16;
                int shift = subBlock % 8 / 2 * 2;
                int thirdBits = at + (subBlock % 2) * 16;
                int thirdBit = subBlock / 2;
                for (int i = 0; i < 16; i++) {
                    int q = source.get(quants + i) >> shift & 3 | (source.get(thirdBits + i) >> thirdBit & 1) << 2;
                    target[out + subBlock * 16 + i] = scale * (q - 4);
                }
            }
        }
    }
}
