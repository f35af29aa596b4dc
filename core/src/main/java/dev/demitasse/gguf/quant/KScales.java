package dev.demitasse.gguf.quant;

import java.nio.ByteBuffer;

/**
 * Unpacks the 12 bytes of eight 6-bit scales and eight 6-bit minimums in {@code Q4_K} and {@code Q5_K}: the first four of each are
 * in the low bits of bytes 0–3 and 4–7; the last four have their low bits in the nibbles of bytes 8–11, and their two high
 * bits in bytes 0–7.
 */
final class KScales {
    private KScales() {}

    static int scale(ByteBuffer source, int at, int subBlock) {
        return subBlock < 4
                ? source.get(at + subBlock) & 63
                : source.get(at + subBlock + 4) & 15 | (source.get(at + subBlock - 4) >> 6 & 3) << 4;
    }

    static int min(ByteBuffer source, int at, int subBlock) {
        return subBlock < 4
                ? source.get(at + subBlock + 4) & 63
                : source.get(at + subBlock + 4) >> 4 & 15 | (source.get(at + subBlock) >> 6 & 3) << 4;
    }
}
