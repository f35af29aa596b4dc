package dev.demitasse.tokenizer;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * GPT-2's spelling of bytes as printable characters, in which byte-level vocabularies write their tokens: a byte that
 * Latin-1 prints stands for itself, the others in order for U+0100 and up ({@code bytes_to_unicode} in GPT-2's
 * {@code encoder.py}).
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

    static String spell(byte[] bytes) {
        char[] characters = new char[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            characters[i] = CHARACTERS[bytes[i] & 0xFF];
        }
        return new String(characters);
    }

    /** The bytes that a token spells, or null if one of its characters stands for no byte. */
    static byte @Nullable [] bytes(String token) {
        byte[] bytes = new byte[token.length()];
        for (int i = 0; i < bytes.length; i++) {
            char c = token.charAt(i);
            if (c >= BYTES.length || BYTES[c] < 0) {
                return null;
            }
            bytes[i] = (byte) BYTES[c];
        }
        return bytes;
    }
}
