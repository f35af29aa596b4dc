package dev.demitasse.backend.reference;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Keys and values of a layer in float32, {@code [position, width]}. Grows by doubling as positions are used. */
final class KvCache {
    private final int width;
    private final int contextLength;
    private float[] keys = {};
    private float[] values = {};

    KvCache(int width, int contextLength) {
        this.width = width;
        this.contextLength = contextLength;
    }

    /** Copies {@code count} rows of the arena to the positions from {@code position} on. */
    void write(int position, int count, float[] arena, int keyOffset, int valueOffset) {
        reserve(position + count);
        System.arraycopy(arena, keyOffset, keys, position * width, count * width);
        System.arraycopy(arena, valueOffset, values, position * width, count * width);
    }

    /** Makes room for a number of positions. */
    private void reserve(int positions) {
        int needed = Math.multiplyExact(positions, width);
        if (keys.length < needed) {
            int max = (int) Math.min((long) contextLength * width, Integer.MAX_VALUE);
            int length = Math.max(needed, Math.min(max, keys.length * 2));
            keys = Arrays.copyOf(keys, length);
            values = Arrays.copyOf(values, length);
        }
    }

    /** Returns the bytes of the keys, and of the values, of a number of positions. */
    long bytes(int positions) {
        return 4L * width * positions;
    }

    /** Copies keys, or values, from byte {@code offset} on, until {@code target} is full. */
    void read(boolean ofKeys, long offset, ByteBuffer target) {
        int count = target.remaining() / 4;
        target.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(ofKeys ? keys : values, (int) (offset / 4), count);
    }

    /** Restores keys, or values, that {@link #read} returned. */
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
