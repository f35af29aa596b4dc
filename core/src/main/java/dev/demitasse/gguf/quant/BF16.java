package dev.demitasse.gguf.quant;

import java.nio.ByteBuffer;

/** Converts bfloat16. */
final class BF16 implements Dequantizer {
    @Override
    public void dequantize(ByteBuffer source, int at, float[] target, int out, int count) {
        for (int end = out + count; out < end; out++, at += 2) {
            target[out] = HalfFloat.bfloat16ToFloat(source.getShort(at));
        }
    }
}
