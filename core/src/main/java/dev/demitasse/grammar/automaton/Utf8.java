package dev.demitasse.grammar.automaton;

import java.io.ByteArrayOutputStream;

/** Encodes texts that a grammar can contain. */
public final class Utf8 {
    private Utf8() {}

    /**
     * Returns whether {@link #encode} supports a code point. Unicode has assigned none from U+40000 to U+BFFFF, and few
     * vocabularies have tokens for their bytes.
     */
    static boolean isSupported(int codePoint) {
        return codePoint < 0x40000 && (codePoint < 0xd800 || codePoint > 0xdfff) || codePoint >= 0xc0000;
    }

    /**
     * Encodes a text.
     *
     * @throws IllegalArgumentException for a character that an answer can't contain
     */
    public static byte[] encode(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            if (!isSupported(c) || c < 0x20 && c != '\t' && c != '\n' && c != '\r') {
                throw new IllegalArgumentException("character U+" + Integer.toHexString(c) + " is not supported");
            }
            encode(c, bytes);
            i += Character.charCount(c);
        }
        return bytes.toByteArray();
    }

    private static void encode(int c, ByteArrayOutputStream bytes) {
        if (c < 0x80) {
            bytes.write(c);
            return;
        }
        int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
        bytes.write((0xff00 >> more + 1 & 0xff) | c >> 6 * more);
        for (int i = more - 1; i >= 0; i--) {
            bytes.write(0x80 | c >> 6 * i & 0x3f);
        }
    }
}
