package dev.demitasse.tokenizer;

import dev.demitasse.gguf.GgufException;
import dev.demitasse.gguf.Metadata;
import dev.demitasse.gguf.StringTable;
import java.util.Arrays;

/**
 * The tokens of a file with their types: {@code tokenizer.ggml.tokens} and {@code token_type}. An open-addressing hash table with a random
 * key finds ids by the UTF-8 of tokens.
 */
final class Vocabulary {
    static final String TOKENS = "tokenizer.ggml.tokens";
    static final String TYPES = "tokenizer.ggml.token_type";

    private static final int MAX_QUOTE_LENGTH = 40;

    // Token types of the GGUF specification.
    private static final byte UNDEFINED = 0;
    private static final byte NORMAL = 1;
    private static final byte UNKNOWN = 2;
    private static final byte CONTROL = 3;
    private static final byte USER_DEFINED = 4;
    private static final byte BYTE = 6;

    /** Number of bytes that make one digit of a hash. */
    private static final int DIGIT = 7;

    private final StringTable tokens;
    private final byte[] types;
    private final PolynomialHash hash = new PolynomialHash();
    /** Ids by slot, or {@link Tokenizer#NONE}; at most half of the slots are used. */
    private final int[] table;

    private Vocabulary(StringTable tokens, byte[] types) {
        this.tokens = tokens;
        this.types = types;
        table = new int[Integer.highestOneBit(Math.max(1, tokens.size())) * 4];
        Arrays.fill(table, Tokenizer.NONE);
    }

    /**
     * Reads the tokens of a file. Without types, all are normal.
     *
     * @throws GgufException if a token is repeated, or the number of types differs from that of tokens
     */
    static Vocabulary read(Metadata metadata) {
        StringTable tokens = metadata.strings(TOKENS);
        byte[] types = types(metadata, tokens.size());
        Vocabulary vocabulary = new Vocabulary(tokens, types);
        for (int id = 0; id < tokens.size(); id++) {
            // Some files pad their vocabulary with empty tokens.
            if (tokens.start(id) < tokens.end(id)) {
                vocabulary.add(id);
            }
        }
        return vocabulary;
    }

    private static byte[] types(Metadata metadata, int count) {
        byte[] types = new byte[count];
        if (!metadata.has(TYPES)) {
            Arrays.fill(types, NORMAL);
            return types;
        }
        long[] given = metadata.integers(TYPES);
        if (given.length != count) {
            throw new GgufException(TYPES + " has " + given.length + " elements but " + TOKENS + " has " + count);
        }
        for (int id = 0; id < count; id++) {
            types[id] = given[id] >= NORMAL && given[id] <= BYTE ? (byte) given[id] : UNDEFINED;
        }
        return types;
    }

    private void add(int id) {
        int slot = slot(tokens.bytes(), tokens.start(id), tokens.end(id), 0, 0);
        if (table[slot] != Tokenizer.NONE) {
            throw new GgufException(TOKENS + "[" + id + "] is " + quote(token(id)) + " like [" + table[slot] + "]");
        }
        table[slot] = id;
    }

    int size() {
        return tokens.size();
    }

    String token(int id) {
        return tokens.get(id);
    }

    /** Returns the texts of all tokens. */
    StringTable tokens() {
        return tokens;
    }

    /** Returns the UTF-8 of a token as it is in the file. */
    byte[] bytes(int id) {
        return Arrays.copyOfRange(tokens.bytes(), tokens.start(id), tokens.end(id));
    }

    /** Returns the id of a token, or {@link Tokenizer#NONE}. */
    int id(String token) {
        byte[] text = Utf8.encode(token, 0, token.length());
        return id(text, 0, text.length);
    }

    /** Returns the id of a token in UTF-8, or {@link Tokenizer#NONE}. */
    int id(byte[] text, int start, int end) {
        return id(text, start, end, 0, 0);
    }

    /** Returns the id of the token whose text is that of two tokens, or {@link Tokenizer#NONE}. */
    int id(int left, int right) {
        return id(tokens.bytes(), tokens.start(left), tokens.end(left), tokens.start(right), tokens.end(right));
    }

    /** Returns the id of the token whose UTF-8 is in two ranges, or {@link Tokenizer#NONE}. */
    int id(byte[] text, int start, int end, int start2, int end2) {
        return start == end && start2 == end2 ? Tokenizer.NONE : table[slot(text, start, end, start2, end2)];
    }

    /** Returns the slot of a text, or the empty slot where it would be. */
    private int slot(byte[] text, int start, int end, int start2, int end2) {
        long hash = hash(text, start, end, start2, end2);
        int slot = (int) (hash ^ hash >>> Integer.SIZE) & table.length - 1;
        while (table[slot] != Tokenizer.NONE && !isEqual(table[slot], text, start, end, start2, end2)) {
            slot = slot + 1 & table.length - 1;
        }
        return slot;
    }

    private long hash(byte[] text, int start, int end, int start2, int end2) {
        int length = end - start + end2 - start2;
        long result = 0;
        long digit = length & 0x1F; // before the first bytes of the text
        int room = DIGIT;
        for (int i = start; i < end; i++) {
            digit = digit << Byte.SIZE | text[i] & 0xFF;
            if (--room == 0) {
                result = hash.append(result, digit);
                digit = 0;
                room = DIGIT;
            }
        }
        for (int i = start2; i < end2; i++) {
            digit = digit << Byte.SIZE | text[i] & 0xFF;
            if (--room == 0) {
                result = hash.append(result, digit);
                digit = 0;
                room = DIGIT;
            }
        }
        return room == DIGIT ? result : hash.append(result, digit);
    }

    private boolean isEqual(int id, byte[] text, int start, int end, int start2, int end2) {
        int from = tokens.start(id);
        int middle = from + end - start;
        return middle + end2 - start2 == tokens.end(id)
                && Arrays.equals(tokens.bytes(), from, middle, text, start, end)
                && Arrays.equals(tokens.bytes(), middle, tokens.end(id), text, start2, end2);
    }

    /** Returns whether a token controls the model, for example ends a turn, and is not part of the visible text. */
    boolean isSpecial(int id) {
        return types[id] == CONTROL || types[id] == UNKNOWN;
    }

    /** Makes a token special, whatever type the file gives it. */
    void makeSpecial(int id) {
        types[id] = CONTROL;
    }

    /** Makes the tokens of the form {@code <0x0A>} bytes, for a file without types. */
    void makeBytes() {
        for (int id = 0; id < size(); id++) {
            if (byteOf(id) >= 0) {
                types[id] = BYTE;
            }
        }
    }

    /** Returns whether a token is text that is never split, for example {@code <think>}. */
    boolean isUserDefined(int id) {
        return types[id] == USER_DEFINED;
    }

    /** Returns whether a token may be the result of a merge. */
    boolean isMergeable(int id) {
        return types[id] == NORMAL || types[id] == USER_DEFINED;
    }

    /** Returns the byte of a token of the form {@code <0x0A>}; -1 for other tokens. */
    int byteValue(int id) {
        if (types[id] != BYTE) {
            return -1;
        }
        int value = byteOf(id);
        if (value < 0) {
            throw new GgufException(TOKENS + "[" + id + "] is " + quote(token(id)) + ", not a byte as its type says");
        }
        return value;
    }

    /** Returns the byte that a token of the form {@code <0x0A>} spells, whatever its type; -1 for other tokens. */
    private int byteOf(int id) {
        if (tokens.end(id) - tokens.start(id) != 6) {
            return -1;
        }
        String token = token(id);
        boolean hasForm = token.length() == 6 && token.startsWith("<0x") && token.endsWith(">");
        int high = hasForm ? Character.digit(token.charAt(3), 16) : -1;
        int low = hasForm ? Character.digit(token.charAt(4), 16) : -1;
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    /** Returns the tokens of the form {@code <0x0A>} by their bytes; {@link Tokenizer#NONE} for missing ones. */
    int[] byteTokens() {
        int[] byteTokens = new int[256];
        Arrays.fill(byteTokens, Tokenizer.NONE);
        for (int id = 0; id < size(); id++) {
            int value = byteValue(id);
            if (value >= 0) {
                byteTokens[value] = id;
            }
        }
        return byteTokens;
    }

    /** Returns a text in quotation marks for a message, shortened if it is long. */
    static String quote(String text) {
        return text.length() <= MAX_QUOTE_LENGTH
                ? '"' + text + '"'
                : '"' + text.substring(0, MAX_QUOTE_LENGTH) + "…\" (" + text.length() + " characters)";
    }
}
