package dev.demitasse.gguf.quant;

import java.nio.ByteBuffer;

/** Blocks of 256: float16 {@code d}, 6-bit scales (2 bytes of high bits, 4 of low nibbles) for sub-blocks of 32, 128 bytes of 4-bit codebook indexes; {@code d · (scale − 32) · codebook[index]}. */
final class IQ4Xs implements Dequantizer {
    @Override
    public void dequantize(ByteBuffer source, int at, float[] target, int out, int count) {
        for (int end = out + count; out < end; out += 256, at += 136) {
            float d = HalfFloat.toFloat(source.getShort(at));
            int highScales = source.getShort(at + 2);
            int lowScales = source.getInt(at + 4);
            for (int subBlock = 0; subBlock < 8; subBlock++) {
                float scale = d * ((lowScales >> subBlock * 4 & 15 | (highScales >> subBlock * 2 & 3) << 4) - 32);
                int quants = at + 8 + subBlock * 16;
                for (int i = 0; i < 16; i++) {
                    int q = source.get(quants + i);
                    target[out + subBlock * 32 + i] = scale * IQ4Nl.CODEBOOK[q & 15];
                    target[out + subBlock * 32 + i + 16] = scale * IQ4Nl.CODEBOOK[q >> 4 & 15];
                }
            }
        }
    }
}
