package dev.demitasse.gguf.quant;

import java.nio.ByteBuffer;

/** Blocks of 32: float16 scale {@code d}, 32 fifth bits, 16 bytes of low nibbles; {@code d · (q − 16)}. */
final class Q50 implements Dequantizer {
    @Override
    public void dequantize(ByteBuffer source, int at, float[] target, int out, int count) {
        for (int end = out + count; out < end; out += 32, at += 22) {
            float d = HalfFloat.toFloat(source.getShort(at));
            int high = source.getInt(at + 2);
            for (int i = 0; i < 16; i++) {
                int q = source.get(at + 6 + i);
                target[out + i] = d * ((q & 15 | (high >> i & 1) << 4) - 16);
                target[out + i + 16] = d * ((q >> 4 & 15 | (high >> i + 16 & 1) << 4) - 16);
            }
        }
    }
}
