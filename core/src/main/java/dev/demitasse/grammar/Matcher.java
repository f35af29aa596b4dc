package dev.demitasse.grammar;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where one answer stands in a grammar, and which tokens may come next.
 *
 * <p>{@code remaining} is always the number of tokens that may still come, the next one included. A token is allowed only
 * if the text can still be finished after it, at worst a byte a token; so an answer that {@link #fits} at its start never
 * ends in the middle. Where it doesn't fit no token is allowed. Tokens that end an answer are control tokens, which are
 * never allowed: whether the answer may end is {@link #mayEnd}.
 */
public final class Matcher {
    private final TokenTrie trie;
    private State state;

    /**
     * A text not begun yet.
     *
     * @throws IllegalArgumentException if the vocabulary lacks a token of a single byte that texts may need, so that there
     *     could be no way on
     */
    public Matcher(Grammar grammar, TokenTrie trie) {
        this(trie, grammar.start());
        trie.checkBytes();
    }

    private Matcher(TokenTrie trie, State state) {
        this.trie = trie;
        this.state = state;
    }

    /** Whether one token may come next; like a bit of {@link #mask}, but without what that costs. */
    public boolean allows(int id, int remaining) {
        State next = after(id);
        return next != null && next.distance < remaining;
    }

    /** Sets the logits of all tokens that may not come next to negative infinity. */
    public void mask(float[] logits, int remaining) {
        long[] allowed = trie.allowed(state, remaining - 1L);
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

    /** Whether the text is whole as it stands. */
    public boolean mayEnd() {
        return state.ends;
    }

    /** Whether the text is whole and nothing may follow. */
    public boolean mustEnd() {
        return state.frames.length == 0;
    }

    /**
     * Goes on by a token.
     *
     * @throws IllegalArgumentException if the grammar doesn't allow it
     */
    public void accept(int id) {
        State next = after(id);
        if (next == null) {
            throw new IllegalArgumentException("token " + id + " is not allowed here");
        }
        state = next;
    }

    /** Whether the text can be finished within this many tokens. */
    public boolean fits(int remaining) {
        return state.distance <= remaining;
    }

    /** Another one that stands at the same place. */
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
