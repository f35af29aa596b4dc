package dev.demitasse.huggingface;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Collects a fixed number of bytes, on Java's heap: the linear memory in the browser is for the weights. */
final class Collector {
    private final int size;
    private byte[] bytes = {};
    private int count;

    Collector(int size) {
        this.size = size;
    }

    /** Takes the bytes that are missing, or all of them if there are fewer. */
    void take(ByteBuffer source) {
        if (bytes.length == 0) {
            bytes = new byte[size];
        }
        int part = Math.min(source.remaining(), size - count);
        source.get(bytes, count, part);
        count += part;
    }

    boolean isFull() {
        return count == size;
    }

    byte[] bytes() {
        return bytes;
    }

    /** Returns the bytes as a little-endian buffer. */
    ByteBuffer buffer() {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Starts over, in the same memory. */
    void restart() {
        count = 0;
    }

    /** Releases the memory. */
    void free() {
        bytes = new byte[0];
    }
}
