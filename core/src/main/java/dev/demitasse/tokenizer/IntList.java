package dev.demitasse.tokenizer;

import java.util.Arrays;

/** A growing array of token ids. */
final class IntList {
    private int[] values = new int[64];
    private int size;

    void add(int value) {
        ensureRoom(1);
        values[size++] = value;
    }

    /** Appends the first {@code count} of {@code source}. */
    void addAll(int[] source, int count) {
        ensureRoom(count);
        System.arraycopy(source, 0, values, size, count);
        size += count;
    }

    int[] toArray() {
        return Arrays.copyOf(values, size);
    }

    private void ensureRoom(int count) {
        if (values.length - size < count) {
            values = Arrays.copyOf(values, Math.max(values.length * 2, size + count));
        }
    }
}
