package dev.demitasse.gguf.quant;

import java.nio.ByteBuffer;

/** Blocks of 32: float16 scale {@code d}, 16 bytes of 4-bit indexes into a fixed codebook; {@code d · codebook[index]}. */
final class IQ4Nl implements Dequantizer {
    /** ggml's {@code kvalues_iq4nl}. */
    static final float[] CODEBOOK = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

    @Override
    public void dequantize(ByteBuffer source, int at, float[] target, int out, int count) {
        for (int end = out + count; out < end; out += 32, at += 18) {
            float d = HalfFloat.toFloat(source.getShort(at));
            for (int i = 0; i < 16; i++) {
                int q = source.get(at + 2 + i);
                target[out + i] = d * CODEBOOK[q & 15];
                target[out + i + 16] = d * CODEBOOK[q >> 4 & 15];
            }
        }
    }
}
