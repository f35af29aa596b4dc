package dev.demitasse.huggingface;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Collects a fixed number of bytes. They lie in Java's heap: the browser's linear memory is for the weights. */
final class Collector {
    private final int size;
    private ByteBuffer bytes = ByteBuffer.allocate(0);

    Collector(int size) {
        this.size = size;
    }

    /** Takes as many bytes as are missing. */
    void take(ByteBuffer source) {
        if (bytes.capacity() == 0) {
            bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        }
        int count = Math.min(source.remaining(), bytes.remaining());
        bytes.put(source.duplicate().limit(source.position() + count));
        source.position(source.position() + count);
    }

    boolean isFull() {
        return bytes.position() == size;
    }

    /** The bytes, little-endian, to be read by index. */
    ByteBuffer bytes() {
        return bytes;
    }

    /** Starts again, in the same memory. */
    void restart() {
        bytes.clear();
    }

    /** Gives the memory back. */
    void free() {
        bytes = ByteBuffer.allocate(0);
    }
}
