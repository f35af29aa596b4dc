package dev.demitasse.gguf.quant;

import java.nio.ByteBuffer;

/** Converts IEEE 754 binary16. */
final class F16 implements Dequantizer {
    @Override
    public void dequantize(ByteBuffer source, int at, float[] target, int out, int count) {
        for (int end = out + count; out < end; out++, at += 2) {
            target[out] = HalfFloat.toFloat(source.getShort(at));
        }
    }
}
