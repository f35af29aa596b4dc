package dev.demitasse.tokenizer;

import java.util.HashSet;
import java.util.Set;

/**
 * Decodes tokens as they arrive. A character may be spread over several tokens; its bytes are held back until it is complete.
 * Malformed UTF-8 becomes U+FFFD, one for each maximal part of a character (Unicode 16, section 3.9), as in Hugging Face tokenizers.
 */
public final class StreamDecoder {
    private final Tokenizer tokenizer;
    private final boolean withSpecial;
    private final Set<Integer> kept = new HashSet<>();
    /** Bits of an incomplete character. */
    private int codePoint;

    private int missingBytes;
    private int minNext;
    private int maxNext;

    /** Creates a decoder that omits special tokens, except those with the texts {@code kept}. */
    public StreamDecoder(Tokenizer tokenizer, Set<String> kept) {
        this(tokenizer, false);
        for (String text : kept) {
            int[] ids = tokenizer.encode(text, false);
            if (ids.length == 1) {
                this.kept.add(ids[0]);
            }
        }
    }

    StreamDecoder(Tokenizer tokenizer, boolean withSpecial) {
        this.tokenizer = tokenizer;
        this.withSpecial = withSpecial;
    }

    /**
     * Takes the next token.
     *
     * @return the text that it completes, which may be empty
     * @throws IndexOutOfBoundsException if the vocabulary has no such id
     */
    public String push(int id) {
        StringBuilder text = new StringBuilder();
        push(id, text);
        return text.toString();
    }

    /** Ends the tokens: returns U+FFFD if a character is incomplete, or an empty text. */
    public String finish() {
        String text = missingBytes > 0 ? "\uFFFD" : "";
        missingBytes = 0;
        return text;
    }

    void push(int id, StringBuilder text) {
        byte[] bytes = tokenizer.bytes(id);
        if (withSpecial || !tokenizer.isSpecial(id) || kept.contains(id)) {
            for (byte b : bytes) {
                accept(b & 0xFF, text);
            }
        }
    }

    /** Takes a byte, as the UTF-8 decoder of the WHATWG Encoding Standard does. */
    private void accept(int b, StringBuilder text) {
        if (missingBytes == 0) {
            begin(b, text);
        } else if (b < minNext || b > maxNext) {
            text.appendCodePoint(Utf8.REPLACEMENT);
            begin(b, text);
        } else {
            codePoint = codePoint << 6 | b & 0x3F;
            expect(missingBytes - 1, 0x80, 0xBF);
            if (missingBytes == 0) {
                text.appendCodePoint(codePoint);
            }
        }
    }

    private void begin(int b, StringBuilder text) {
        expect(0, 0x80, 0xBF);
        if (b < 0x80) {
            text.append((char) b);
        } else if (b >= 0xC2 && b <= 0xDF) {
            codePoint = b & 0x1F;
            expect(1, 0x80, 0xBF);
        } else if (b >= 0xE0 && b <= 0xEF) {
            codePoint = b & 0x0F;
            // Excludes overlong forms and surrogates.
            expect(2, b == 0xE0 ? 0xA0 : 0x80, b == 0xED ? 0x9F : 0xBF);
        } else if (b >= 0xF0 && b <= 0xF4) {
            codePoint = b & 0x07;
            // Excludes overlong forms and code points beyond U+10FFFF.
            expect(3, b == 0xF0 ? 0x90 : 0x80, b == 0xF4 ? 0x8F : 0xBF);
        } else {
            text.appendCodePoint(Utf8.REPLACEMENT);
        }
    }

    private void expect(int bytes, int min, int max) {
        missingBytes = bytes;
        minNext = min;
        maxNext = max;
    }
}
