package dev.demitasse.tokenizer;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Maps bytes to printable characters, in which byte-level vocabularies spell their tokens: a byte that is printable in Latin-1 maps to
 * itself, the others in order to U+0100 and above (GPT-2's {@code bytes_to_unicode} in {@code encoder.py}).
 */
final class ByteAlphabet {
    private static final char[] CHARACTERS = new char[256];
    private static final int[] BYTES = new int[256 + 68];

    static {
        char next = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = (b >= 0x21 && b <= 0x7E) || (b >= 0xA1 && b != 0xAD);
            CHARACTERS[b] = printable ? (char) b : next++;
        }
        Arrays.fill(BYTES, -1);
        for (int b = 0; b < 256; b++) {
            BYTES[CHARACTERS[b]] = b;
        }
    }

    private ByteAlphabet() {}

    static char character(int unsignedByte) {
        return CHARACTERS[unsignedByte];
    }

    /** Returns the characters of bytes in UTF-8, which takes one or two bytes for each. */
    static byte[] spell(byte[] bytes) {
        byte[] utf8 = new byte[2 * bytes.length];
        int length = 0;
        for (byte b : bytes) {
            char c = CHARACTERS[b & 0xFF];
            if (c >= 0x80) {
                utf8[length++] = (byte) (0xC0 | c >> 6);
            }
            utf8[length++] = (byte) (c < 0x80 ? c : 0x80 | c & 0x3F);
        }
        return Arrays.copyOf(utf8, length);
    }

    /** Returns the bytes that a token in UTF-8 spells; null if one of its characters is not in the alphabet. */
    static byte @Nullable [] bytes(byte[] utf8) {
        byte[] bytes = new byte[utf8.length];
        int length = 0;
        for (int i = 0; i < utf8.length; i++) {
            int c = utf8[i] & 0xFF;
            if (c >= 0x80) {
                boolean isPair = c >> 5 == 0b110 && i + 1 < utf8.length && (utf8[i + 1] & 0xC0) == 0x80;
                c = isPair ? (c & 0x1F) << 6 | utf8[++i] & 0x3F : BYTES.length;
            }
            if (c >= BYTES.length || BYTES[c] < 0) {
                return null;
            }
            bytes[length++] = (byte) BYTES[c];
        }
        return Arrays.copyOf(bytes, length);
    }
}
