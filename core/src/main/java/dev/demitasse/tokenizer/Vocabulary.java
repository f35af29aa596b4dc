package dev.demitasse.tokenizer;

import dev.demitasse.gguf.GgufException;
import dev.demitasse.gguf.Metadata;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tokens of a file as it spells them, checked: {@code tokenizer.ggml.tokens} and {@code token_type}. */
final class Vocabulary {
    static final String TOKENS = "tokenizer.ggml.tokens";
    static final String TYPES = "tokenizer.ggml.token_type";

    private static final int LONGEST_QUOTE = 40;

    // Token types of the GGUF specification.
    private static final int NORMAL = 1;
    private static final int UNKNOWN = 2;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;
    private static final int BYTE = 6;

    private final String[] tokens;
    private final long @Nullable [] types;
    private final Map<String, Integer> ids;

    private Vocabulary(String[] tokens, long @Nullable [] types, Map<String, Integer> ids) {
        this.tokens = tokens;
        this.types = types;
        this.ids = ids;
    }

    /** @throws GgufException if a token is there twice, or there are more or fewer types than tokens */
    static Vocabulary read(Metadata metadata) {
        String[] tokens = metadata.strings(TOKENS);
        Map<String, Integer> ids = new HashMap<>(tokens.length * 2);
        for (int id = 0; id < tokens.length; id++) {
            // Some files fill up their vocabulary with empty tokens.
            if (tokens[id].isEmpty()) {
                continue;
            }
            Integer other = ids.putIfAbsent(tokens[id], id);
            if (other != null) {
                throw new GgufException(TOKENS + "[" + id + "] is " + quote(tokens[id]) + " like [" + other + "]");
            }
        }
        long[] types = metadata.has(TYPES) ? metadata.integers(TYPES) : null;
        if (types != null && types.length != tokens.length) {
            throw new GgufException(
                    TYPES + " has " + types.length + " elements but " + TOKENS + " has " + tokens.length);
        }
        return new Vocabulary(tokens, types, ids);
    }

    int size() {
        return tokens.length;
    }

    String token(int id) {
        return tokens[id];
    }

    /** Ids by token; without the empty tokens. */
    Map<String, Integer> ids() {
        return ids;
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
        String token = tokens[id];
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
        for (int id = 0; id < tokens.length; id++) {
            int value = byteValue(id);
            if (value >= 0) {
                byteTokens[value] = id;
            }
        }
        return byteTokens;
    }

    /** For messages: in quotation marks, and cut if long. */
    static String quote(String text) {
        return text.length() <= LONGEST_QUOTE
                ? '"' + text + '"'
                : '"' + text.substring(0, LONGEST_QUOTE) + "…\" (" + text.length() + " characters)";
    }
}
