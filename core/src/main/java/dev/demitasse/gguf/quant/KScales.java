package dev.demitasse.gguf.quant;

import java.nio.ByteBuffer;

/**
 * The 12 bytes that hold eight 6-bit scales and eight 6-bit minimums in {@code Q4_K} and {@code Q5_K}: the first four of
 * each lie in the low bits of bytes 0–3 and 4–7; the last four take nibbles of bytes 8–11 and the others' two high bits.
 */
final class KScales {
    private KScales() {}

    static int scale(ByteBuffer source, int at, int run) {
        return run < 4
                ? source.get(at + run) & 63
                : source.get(at + run + 4) & 15 | (source.get(at + run - 4) >> 6 & 3) << 4;
    }

    static int min(ByteBuffer source, int at, int run) {
        return run < 4
                ? source.get(at + run + 4) & 63
                : source.get(at + run + 4) >> 4 & 15 | (source.get(at + run) >> 6 & 3) << 4;
    }
}
