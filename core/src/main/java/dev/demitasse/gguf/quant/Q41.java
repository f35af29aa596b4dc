package dev.demitasse.gguf.quant;

import java.nio.ByteBuffer;

/** Blocks of 32: float16 scale {@code d} and minimum {@code m}, 16 bytes of 4-bit values {@code q}; {@code d · q + m}. */
final class Q41 implements Dequantizer {
    @Override
    public void dequantize(ByteBuffer source, int at, float[] target, int out, int count) {
        for (int end = out + count; out < end; out += 32, at += 20) {
            float d = HalfFloat.toFloat(source.getShort(at));
            float m = HalfFloat.toFloat(source.getShort(at + 2));
            for (int i = 0; i < 16; i++) {
                int q = source.get(at + 4 + i);
                target[out + i] = d * (q & 15) + m;
                target[out + i + 16] = d * (q >> 4 & 15) + m;
            }
        }
    }
}
