package dev.demitasse.grammar;

import java.util.Arrays;

/**
 * Where one answer stands in a grammar, and which tokens may come next.
 *
 * <p>{@code remaining} is always the number of tokens that may still come, the next one included. A token is allowed only
 * if the text can still be finished after it, at worst a byte a token; so an answer that {@link #fits} at its start never
 * ends in the middle. Where no way to finish is left, any token that the grammar allows is.
 */
public final class Matcher {
    private final Automaton automaton;
    private State state;

    /** A text not begun yet. Matchers of the same grammar and vocabulary share what they found out. */
    public Matcher(Grammar grammar, TokenTrie trie) {
        this(grammar.automaton(trie));
    }

    private Matcher(Automaton automaton) {
        this.automaton = automaton;
        state = automaton.start;
    }

    /** Whether one token may come next. */
    public boolean allows(int id, int remaining) {
        TokenTrie trie = automaton.trie();
        if (trie.isControl(id)) {
            return false;
        }
        State next = trie.next(automaton, state, id);
        return !next.isDead() && (next.distance <= remaining - 1L || !fits(remaining));
    }

    /** Sets the logits of all tokens that may not come next to negative infinity. */
    public void mask(float[] logits, int remaining) {
        long[] mask = automaton.mask(state, remaining);
        int size = Math.min(logits.length, automaton.trie().size());
        for (int word = 0; word << 6 < size; word++) {
            long allowed = mask[word];
            int end = Math.min(size, (word + 1) << 6);
            if (allowed == 0) {
                Arrays.fill(logits, word << 6, end, Float.NEGATIVE_INFINITY);
            } else if (allowed != -1) {
                for (int id = word << 6; id < end; id++) {
                    if ((allowed >> id & 1) == 0) {
                        logits[id] = Float.NEGATIVE_INFINITY;
                    }
                }
            }
        }
        Arrays.fill(logits, size, logits.length, Float.NEGATIVE_INFINITY);
    }

    /** Whether the text is whole as it stands. */
    public boolean mayEnd() {
        return state.accepts;
    }

    /** Whether the text is whole and nothing may follow. */
    public boolean mustEnd() {
        return state.stacks.length == 0;
    }

    /**
     * Goes on by a token.
     *
     * @throws IllegalArgumentException if the grammar doesn't allow it
     */
    public void accept(int id) {
        TokenTrie trie = automaton.trie();
        State next = trie.isControl(id) ? null : trie.next(automaton, state, id);
        if (next == null || next.isDead()) {
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
        Matcher copy = new Matcher(automaton);
        copy.state = state;
        return copy;
    }
}
