package dev.demitasse.engine;

import java.util.Arrays;

/**
 * A sequence of tokens whose keys and values an engine keeps: what one conversation leaves in the KV cache. An engine computes
 * for one session at a time ({@link Engine#makeResident}).
 */
public final class Session {
    private int[] tokens = {};
    private int length;

    /** Tokens whose keys and values there are. */
    public int length() {
        return length;
    }

    /** These tokens. */
    public int[] tokens() {
        return Arrays.copyOf(tokens, length);
    }

    /** From now on there are the keys and values of these tokens. */
    public void setTokens(int[] newTokens) {
        tokens = newTokens.clone();
        length = newTokens.length;
    }

    /** How many of these tokens it begins with. */
    int common(int[] others, int count) {
        return PrefixCache.common(tokens, length, others, count);
    }

    /** Forgets all but the first so many tokens. */
    public void truncate(int count) {
        length = count;
    }

    /** Appends {@code others[length()]} to {@code others[end - 1]}. */
    void append(int[] others, int end) {
        if (end > tokens.length) {
            tokens = Arrays.copyOf(tokens, Math.max(end, 2 * tokens.length));
        }
        System.arraycopy(others, length, tokens, length, end - length);
        length = end;
    }
}
