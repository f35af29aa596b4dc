package dev.demitasse.engine;

import java.util.Arrays;

/**
 * A sequence of tokens whose keys and values exist: the state of one conversation. The KV cache of a context holds one session at a time
 * ({@link Context#makeResident}).
 */
public final class Session {
    private int[] tokens = {};
    private int length;

    /** Returns the number of tokens. */
    public int length() {
        return length;
    }

    /** Returns a copy of the tokens. */
    public int[] tokens() {
        return Arrays.copyOf(tokens, length);
    }

    /** Replaces the tokens: the keys and values of these exist now. */
    public void setTokens(int[] newTokens) {
        tokens = newTokens.clone();
        length = newTokens.length;
    }

    /** Returns the length of the common prefix with other tokens. */
    int commonPrefix(int[] others, int count) {
        return PrefixCache.commonPrefix(tokens, length, others, count);
    }

    /** Removes all but the first {@code count} tokens. */
    public void truncate(int count) {
        length = count;
    }

    /** Appends {@code others[length()]}, …, {@code others[end - 1]}. */
    void append(int[] others, int end) {
        if (end > tokens.length) {
            tokens = Arrays.copyOf(tokens, Math.max(end, 2 * tokens.length));
        }
        System.arraycopy(others, length, tokens, length, end - length);
        length = end;
    }
}
