package dev.demitasse.tokenizer;

import dev.demitasse.gguf.GgufException;
import dev.demitasse.gguf.Metadata;
import dev.demitasse.gguf.StringTable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a file as it spells them, checked: {@code tokenizer.ggml.tokens} and {@code token_type}. Ids are found by tokens'
 * UTF-8 in an open-addressing hash table.
 */
final class Vocabulary {
    static final String TOKENS = "tokenizer.ggml.tokens";
    static final String TYPES = "tokenizer.ggml.token_type";

    private static final int MAX_QUOTE_LENGTH = 40;

    // Token types of the GGUF specification.
    private static final int NORMAL = 1;
    private static final int UNKNOWN = 2;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;
    private static final int BYTE = 6;

    private final StringTable tokens;
    private final long @Nullable [] types;
    /** Ids by slot, or {@link Tokenizer#NONE}; at most half of it is taken. */
    private final int[] table;

    private Vocabulary(StringTable tokens, long @Nullable [] types) {
        this.tokens = tokens;
        this.types = types;
        table = new int[Integer.highestOneBit(Math.max(1, tokens.size())) * 4];
        Arrays.fill(table, Tokenizer.NONE);
    }

    /** @throws GgufException if a token is there twice, or there are more or fewer types than tokens */
    static Vocabulary read(Metadata metadata) {
        StringTable tokens = metadata.strings(TOKENS);
        long[] types = metadata.has(TYPES) ? metadata.integers(TYPES) : null;
        Vocabulary vocabulary = new Vocabulary(tokens, types);
        for (int id = 0; id < tokens.size(); id++) {
            // Some files fill up their vocabulary with empty tokens.
            if (tokens.start(id) < tokens.end(id)) {
                vocabulary.add(id);
            }
        }
        if (types != null && types.length != tokens.size()) {
            throw new GgufException(
                    TYPES + " has " + types.length + " elements but " + TOKENS + " has " + tokens.size());
        }
        return vocabulary;
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

    /** Of the token as the file spells it, in UTF-8. */
    byte[] bytes(int id) {
        return Arrays.copyOfRange(tokens.bytes(), tokens.start(id), tokens.end(id));
    }

    /** The token of a text, or {@link Tokenizer#NONE}. */
    int id(String token) {
        byte[] text = Utf8.encode(token, 0, token.length());
        return id(text, 0, text.length);
    }

    /** The same of a text in UTF-8. */
    int id(byte[] text, int start, int end) {
        return id(text, start, end, 0, 0);
    }

    /** The same of the texts of two tokens, one after the other. */
    int id(int left, int right) {
        return id(tokens.bytes(), tokens.start(left), tokens.end(left), tokens.start(right), tokens.end(right));
    }

    /** The same of a text that goes on elsewhere. */
    int id(byte[] text, int start, int end, int start2, int end2) {
        return start == end && start2 == end2 ? Tokenizer.NONE : table[slot(text, start, end, start2, end2)];
    }

    /** Where a text is in the table, or would be. */
    private int slot(byte[] text, int start, int end, int start2, int end2) {
        int hash = hash(hash(0x811C9DC5, text, start, end), text, start2, end2);
        int slot = (hash ^ hash >>> 15) & table.length - 1;
        while (table[slot] != Tokenizer.NONE && !isEqual(table[slot], text, start, end, start2, end2)) {
            slot = slot + 1 & table.length - 1;
        }
        return slot;
    }

    /** FNV-1a, which goes on from what it gave for the bytes before. */
    private static int hash(int before, byte[] text, int start, int end) {
        int hash = before;
        for (int i = start; i < end; i++) {
            hash = (hash ^ text[i] & 0xFF) * 0x01000193;
        }
        return hash;
    }

    private boolean isEqual(int id, byte[] text, int start, int end, int start2, int end2) {
        int from = tokens.start(id);
        int middle = from + end - start;
        return middle + end2 - start2 == tokens.end(id)
                && Arrays.equals(tokens.bytes(), from, middle, text, start, end)
                && Arrays.equals(tokens.bytes(), middle, tokens.end(id), text, start2, end2);
    }

    /** Whether the token is for the model's control, such as an end of turn: not part of what a reader sees. */
    boolean isSpecial(int id) {
        return types != null && (types[id] == CONTROL || types[id] == UNKNOWN);
    }

    /** Whether the token is ordinary text that always stays whole, such as {@code <think>}. */
    boolean isUserDefined(int id) {
        return types != null && types[id] == USER_DEFINED;
    }

    /** Whether merges can make the token. */
    boolean isMergeable(int id) {
        return types == null || types[id] == NORMAL || types[id] == USER_DEFINED;
    }

    /** The byte that a token of the form {@code <0x0A>} stands for, or -1. */
    int byteValue(int id) {
        if (types == null || types[id] != BYTE) {
            return -1;
        }
        String token = token(id);
        int high = token.length() == 6 ? Character.digit(token.charAt(3), 16) : -1;
        int low = token.length() == 6 ? Character.digit(token.charAt(4), 16) : -1;
        if (high < 0 || low < 0 || !token.startsWith("<0x") || !token.endsWith(">")) {
            throw new GgufException(TOKENS + "[" + id + "] is " + quote(token) + ", not a byte as its type says");
        }
        return high << 4 | low;
    }

    /** Tokens by the byte they stand for, or {@link Tokenizer#NONE}. */
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

    /** For messages: in quotation marks, and cut if long. */
    static String quote(String text) {
        return text.length() <= MAX_QUOTE_LENGTH
                ? '"' + text + '"'
                : '"' + text.substring(0, MAX_QUOTE_LENGTH) + "…\" (" + text.length() + " characters)";
    }
}
