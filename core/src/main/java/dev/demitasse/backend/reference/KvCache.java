package dev.demitasse.backend.reference;

import java.util.Arrays;

/** One layer's keys and values in float32, {@code [position, width]}; grows by doubling as positions are used. */
final class KvCache {
    private final int width;
    private final int contextLength;
    private float[] keys = {};
    private float[] values = {};

    KvCache(int width, int contextLength) {
        this.width = width;
        this.contextLength = contextLength;
    }

    /** Copies {@code count} rows of the arena to {@code position} and after. */
    void write(int position, int count, float[] arena, int keyOffset, int valueOffset) {
        int needed = Math.multiplyExact(position + count, width);
        if (keys.length < needed) {
            int most = (int) Math.min((long) contextLength * width, Integer.MAX_VALUE);
            int length = Math.max(needed, Math.min(most, keys.length * 2));
            keys = Arrays.copyOf(keys, length);
            values = Arrays.copyOf(values, length);
        }
        System.arraycopy(arena, keyOffset, keys, position * width, count * width);
        System.arraycopy(arena, valueOffset, values, position * width, count * width);
    }

    float[] keys() {
        return keys;
    }

    float[] values() {
        return values;
    }
}
