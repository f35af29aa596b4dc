package dev.demitasse.huggingface;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Collects a fixed number of bytes. They lie in Java's heap: the browser's linear memory is for the weights. */
final class Collector {
    private final int size;
    private byte[] bytes = {};
    private int count;

    Collector(int size) {
        this.size = size;
    }

    /** Takes as many bytes as are missing. */
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

    /** The bytes, little-endian. */
    ByteBuffer buffer() {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Starts again, in the same memory. */
    void restart() {
        count = 0;
    }

    /** Gives the memory back. */
    void free() {
        bytes = new byte[0];
    }
}
