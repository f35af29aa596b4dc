package dev.demitasse.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An input that is divided into choices and content. Choices are read from the end, so that the content, which is at the start, can be a
 * file of the format.
 */
public final class Input {
    private static final int RAW = 0xFF;

    private final byte[] bytes;
    private int end;

    public Input(byte[] bytes) {
        this.bytes = bytes;
        end = bytes.length;
    }

    /** Returns an input of a content and choices, of which the last is read first. */
    public static byte[] of(byte[] content, int... choices) {
        byte[] input = Arrays.copyOf(content, content.length + choices.length);
        for (int i = 0; i < choices.length; i++) {
            input[content.length + i] = (byte) choices[i];
        }
        return input;
    }

    /** Returns an input of a text and choices, of which the last is read first. */
    public static byte[] of(String content, int... choices) {
        return of(content.getBytes(StandardCharsets.UTF_8), choices);
    }

    /** Reads a number from 0 to 255; 0 after the last one. */
    public int choice() {
        return end == 0 ? 0 : bytes[--end] & 0xFF;
    }

    /** Reads a number from 0 to {@code bound - 1}, with {@code bound} at most 256. */
    public int choice(int bound) {
        return choice() % bound;
    }

    /** Returns the number of bytes left. */
    public int remaining() {
        return end;
    }

    /** Returns the bytes before the choices that were read. */
    public byte[] content() {
        return Arrays.copyOf(bytes, end);
    }

    /** Returns {@link #content} as text. */
    public String text() {
        return text(content());
    }

    /** Returns bytes as text: UTF-8, in which 0xFF begins any UTF-16 unit of two bytes, so that half pairs of surrogates are possible. */
    public static String text(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        int start = 0;
        for (int i = 0; i + 2 < bytes.length; i++) {
            if ((bytes[i] & 0xFF) == RAW) {
                text.append(new String(bytes, start, i - start, StandardCharsets.UTF_8));
                text.append((char) ((bytes[i + 1] & 0xFF) << 8 | bytes[i + 2] & 0xFF));
                i += 2;
                start = i + 1;
            }
        }
        return text.append(new String(bytes, start, bytes.length - start, StandardCharsets.UTF_8))
                .toString();
    }
}
