package dev.demitasse.gguf;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Many strings as the UTF-8 that files have, one after the other: a vocabulary as {@link String}s takes several times the memory, and much
 * of the time that loading a model takes.
 */
public final class StringTable {
    private final byte[] bytes;
    /** Where each begins, and at last where the last one ends. */
    private final int[] starts;

    private StringTable(byte[] bytes, int[] starts) {
        this.bytes = bytes;
        this.starts = starts;
    }

    static StringTable of(String[] strings) {
        byte[][] encoded = new byte[strings.length][];
        int length = 0;
        for (int i = 0; i < strings.length; i++) {
            encoded[i] = strings[i].getBytes(StandardCharsets.UTF_8);
            length += encoded[i].length;
        }
        byte[] bytes = new byte[length];
        int[] starts = new int[strings.length + 1];
        for (int i = 0; i < strings.length; i++) {
            System.arraycopy(encoded[i], 0, bytes, starts[i], encoded[i].length);
            starts[i + 1] = starts[i] + encoded[i].length;
        }
        return new StringTable(bytes, starts);
    }

    /**
     * Reads strings as GGUF has them, each after its length.
     *
     * @param source little-endian, with nothing else
     */
    static StringTable read(ByteBuffer source, int count) {
        byte[] bytes = new byte[source.limit() - count * Long.BYTES];
        int[] starts = new int[count + 1];
        for (int i = 0, at = 0; i < count; i++) {
            int length = (int) source.getLong(at);
            at += Long.BYTES;
            source.get(at, bytes, starts[i], length);
            at += length;
            starts[i + 1] = starts[i] + length;
        }
        return new StringTable(bytes, starts);
    }

    public int size() {
        return starts.length - 1;
    }

    /** The string at an index; what isn't UTF-8 in it becomes U+FFFD. */
    public String get(int index) {
        return new String(bytes, start(index), end(index) - start(index), StandardCharsets.UTF_8);
    }

    /** All strings' bytes, which must not be changed. */
    public byte[] bytes() {
        return bytes;
    }

    /** Where a string begins in {@link #bytes}. */
    public int start(int index) {
        return starts[index];
    }

    /** Where it ends. */
    public int end(int index) {
        return starts[index + 1];
    }
}
