package dev.demitasse.gguf.quant;

import java.nio.ByteBuffer;

/** Blocks of 32: float16 scale {@code d}, 32 signed bytes {@code q}; {@code d · q}. */
final class Q80 implements Dequantizer {
    @Override
    public void dequantize(ByteBuffer source, int at, float[] target, int out, int count) {
        for (int end = out + count; out < end; out += 32, at += 34) {
            float d = HalfFloat.toFloat(source.getShort(at));
            for (int i = 0; i < 32; i++) {
                target[out + i] = d * source.get(at + 2 + i);
            }
        }
    }
}
