package dev.demitasse.backend.reference;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
        reserve(position + count);
        System.arraycopy(arena, keyOffset, keys, position * width, count * width);
        System.arraycopy(arena, valueOffset, values, position * width, count * width);
    }

    /** Makes room for so many positions. */
    private void reserve(int positions) {
        int needed = Math.multiplyExact(positions, width);
        if (keys.length < needed) {
            int most = (int) Math.min((long) contextLength * width, Integer.MAX_VALUE);
            int length = Math.max(needed, Math.min(most, keys.length * 2));
            keys = Arrays.copyOf(keys, length);
            values = Arrays.copyOf(values, length);
        }
    }

    /** Bytes that the keys of so many positions take, and as many their values. */
    long bytes(int positions) {
        return 4L * width * positions;
    }

    /** Fills {@code target} with keys, or values, from byte {@code offset} on. */
    void read(boolean ofKeys, long offset, ByteBuffer target) {
        int count = target.remaining() / 4;
        target.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(ofKeys ? keys : values, (int) (offset / 4), count);
    }

    /** Puts back what {@link #read} gave. */
    void write(boolean ofKeys, int positions, long offset, ByteBuffer source) {
        reserve(positions);
        int count = source.remaining() / 4;
        source.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(ofKeys ? keys : values, (int) (offset / 4), count);
    }

    float[] keys() {
        return keys;
    }

    float[] values() {
        return values;
    }
}
