package dev.demitasse.tokenizer;

import java.util.Arrays;

/** Encodes UTF-8 in the same way on every platform. */
final class Utf8 {
    static final int REPLACEMENT = 0xFFFD;

    private Utf8() {}

    /** Encodes a character. */
    static byte[] encode(int character) {
        String text = new String(Character.toChars(character));
        return encode(text, 0, text.length());
    }

    /** Returns the bytes of {@code text} from {@code start} to {@code end}; an unpaired surrogate becomes U+FFFD. */
    static byte[] encode(String text, int start, int end) {
        byte[] bytes = new byte[3 * (end - start)];
        int length = 0;
        for (int i = start; i < end; ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                c = REPLACEMENT;
            }
            if (c < 0x80) {
                bytes[length++] = (byte) c;
                continue;
            }
            if (c < 0x800) {
                bytes[length++] = (byte) (0xC0 | c >> 6);
            } else {
                if (c < 0x10000) {
                    bytes[length++] = (byte) (0xE0 | c >> 12);
                } else {
                    bytes[length++] = (byte) (0xF0 | c >> 18);
                    bytes[length++] = (byte) (0x80 | c >> 12 & 0x3F);
                }
                bytes[length++] = (byte) (0x80 | c >> 6 & 0x3F);
            }
            bytes[length++] = (byte) (0x80 | c & 0x3F);
        }
        return Arrays.copyOf(bytes, length);
    }
}
