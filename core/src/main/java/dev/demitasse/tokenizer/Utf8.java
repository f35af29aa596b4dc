package dev.demitasse.tokenizer;

/** Encodes UTF-8 in the same way on every platform. */
final class Utf8 {
    static final int REPLACEMENT = 0xFFFD;

    private Utf8() {}

    /** Encodes a character. */
    static byte[] encode(int character) {
        String text = new String(Character.toChars(character));
        return encode(text, 0, text.length());
    }

    /** Returns the number of bytes of a character by the first one. */
    static int length(byte first) {
        return first >= 0 ? 1 : first >= (byte) 0xF0 ? 4 : first >= (byte) 0xE0 ? 3 : 2;
    }

    /** Returns whether bytes end with a whole character. */
    static boolean isWhole(byte[] text, int start, int end) {
        int last = end - 1;
        while (last > start && (text[last] & 0xC0) == 0x80) {
            last--;
        }
        return last >= start && last + length(text[last]) == end;
    }

    /** Returns the bytes of {@code text} from {@code start} to {@code end}; an unpaired surrogate becomes U+FFFD. */
    static byte[] encode(String text, int start, int end) {
        byte[] bytes = new byte[length(text, start, end)];
        if (bytes.length == end - start) {
            for (int i = start; i < end; i++) {
                bytes[i - start] = (byte) text.charAt(i);
            }
            return bytes;
        }
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
        return bytes;
    }

    private static int length(String text, int start, int end) {
        int length = end - start;
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                boolean isPair = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                length += c < 0x800 ? 1 : 2;
                i += isPair ? 1 : 0; // four bytes for two characters
            }
        }
        return length;
    }
}
