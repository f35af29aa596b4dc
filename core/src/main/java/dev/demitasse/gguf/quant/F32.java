package dev.demitasse.gguf.quant;

import java.nio.ByteBuffer;

/** Copies float32. */
final class F32 implements Dequantizer {
    @Override
    public void dequantize(ByteBuffer source, int at, float[] target, int out, int count) {
        for (int end = out + count; out < end; out++, at += 4) {
            target[out] = source.getFloat(at);
        }
    }
}
