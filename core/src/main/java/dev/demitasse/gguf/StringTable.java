package dev.demitasse.gguf;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Many strings in UTF-8, one after the other. A vocabulary of {@link String}s would take several times the memory and much of the
 * load time.
 */
public final class StringTable {
    private final byte[] bytes;
    /** The start of each string, and the end of the last one. */
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
     * Reads the strings of a GGUF array, each after its length.
     *
     * @param source little-endian, to its limit
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

    /** Returns a string; bytes that are not UTF-8 become U+FFFD. */
    public String get(int index) {
        return new String(bytes, start(index), end(index) - start(index), StandardCharsets.UTF_8);
    }

    /** Returns the bytes of all strings, which must not be changed. */
    public byte[] bytes() {
        return bytes;
    }

    /** Returns the start of a string in {@link #bytes}. */
    public int start(int index) {
        return starts[index];
    }

    /** Returns the end of a string in {@link #bytes}. */
    public int end(int index) {
        return starts[index + 1];
    }
}
