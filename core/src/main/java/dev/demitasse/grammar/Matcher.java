package dev.demitasse.grammar;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The position of one answer in a grammar, and the tokens that may follow.
 *
 * <p>{@code remaining} is always the number of tokens that may follow, including the next one. A token is allowed only if
 * the text can for certain be completed after it, so an answer that {@link #fits} at its start is never cut off. If it does
 * not fit, no token is allowed. Control tokens, such as those that end an answer, are never allowed;
 * {@link #mayEnd} tells whether the answer may end.
 */
public final class Matcher {
    private final TokenTrie trie;
    private State state;

    /**
     * Creates a matcher at the start of a text.
     *
     * @throws IllegalArgumentException if the vocabulary lacks a token for a single byte that texts may contain
     */
    public Matcher(Grammar grammar, TokenTrie trie) {
        this(trie, grammar.start(trie));
        trie.checkBytes();
    }

    private Matcher(TokenTrie trie, State state) {
        this.trie = trie;
        this.state = state;
    }

    /** Returns whether a token may follow. This is cheaper than {@link #mask}. */
    public boolean allows(int id, long remaining) {
        State next = after(id);
        return next != null && next.distance < remaining;
    }

    /** Sets the logits of all tokens that may not follow to negative infinity. */
    public void mask(float[] logits, long remaining) {
        long[] allowed = trie.allowed(state, remaining - 1);
        int size = Math.min(logits.length, trie.size());
        for (int from = 0; from < size; from += Long.SIZE) {
            long bits = allowed[from / Long.SIZE];
            int end = Math.min(size, from + Long.SIZE);
            if (bits == 0) {
                Arrays.fill(logits, from, end, Float.NEGATIVE_INFINITY);
            } else if (bits != -1) {
                for (int id = from; id < end; id++) {
                    if ((bits >> id & 1) == 0) {
                        logits[id] = Float.NEGATIVE_INFINITY;
                    }
                }
            }
        }
        Arrays.fill(logits, size, logits.length, Float.NEGATIVE_INFINITY);
    }

    /** Returns whether the text is complete. */
    public boolean mayEnd() {
        return state.ends;
    }

    /** Returns whether the text is complete and nothing may follow. */
    public boolean mustEnd() {
        return state.frames.length == 0;
    }

    /**
     * Appends a token to the text.
     *
     * @throws IllegalArgumentException if the grammar does not allow the token
     */
    public void accept(int id) {
        State next = after(id);
        if (next == null) {
            throw new IllegalArgumentException("token " + id + " is not allowed here");
        }
        state = next;
    }

    /** Returns whether the text can be completed with this many tokens. */
    public boolean fits(long remaining) {
        return state.distance <= remaining;
    }

    /** Returns a matcher at the same position. */
    public Matcher copy() {
        return new Matcher(trie, state);
    }

    private @Nullable State after(int id) {
        byte[] bytes = trie.bytes();
        int end = trie.end(id);
        State at = state;
        int i = trie.start(id);
        if (i == end) {
            return null;
        }
        for (; i < end && at != null; i++) {
            at = at.next(bytes[i] & 0xff);
        }
        return at;
    }
}
