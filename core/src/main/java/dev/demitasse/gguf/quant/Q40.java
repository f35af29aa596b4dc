package dev.demitasse.gguf.quant;

import java.nio.ByteBuffer;

/** Blocks of 32: float16 scale {@code d}, 16 bytes of 4-bit values {@code q}, low nibbles first; {@code d · (q − 8)}. */
final class Q40 implements Dequantizer {
    @Override
    public void dequantize(ByteBuffer source, int at, float[] target, int out, int count) {
        for (int end = out + count; out < end; out += 32, at += 18) {
            float d = HalfFloat.toFloat(source.getShort(at));
            for (int i = 0; i < 16; i++) {
                int q = source.get(at + 2 + i);
                target[out + i] = d * ((q & 15) - 8);
                target[out + i + 16] = d * ((q >> 4 & 15) - 8);
            }
        }
    }
}
