package dev.demitasse.grammar;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Where a text stands in a grammar: every way to read it so far. An {@link Automaton} keeps one of each. */
final class State {
    /** Ordered by number; the top of each reads a byte next. */
    final Stack[] stacks;

    /** Whether the text may end here. */
    final boolean accepts;

    /** Fewest bytes to the end. */
    final long distance;

    final @Nullable State[] next = new @Nullable State[256];

    @Nullable
    State canonical;

    /** How much farther from the end than {@link #canonical} any of its stacks is at most. */
    long shift;

    /** The tokens allowed where the number that may still come doesn't matter. */
    long @Nullable [] mask;

    /** The greatest distance after any of those tokens. */
    long farthest;

    State(Stack[] stacks, boolean accepts) {
        this.stacks = stacks;
        this.accepts = accepts;
        long least = accepts ? 0 : Rule.NEVER;
        for (Stack stack : stacks) {
            least = Math.min(least, stack.distance);
        }
        distance = least;
    }

    boolean isDead() {
        return stacks.length == 0 && !accepts;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof State state && state.accepts == accepts && Arrays.equals(state.stacks, stacks);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(stacks) * 2 + (accepts ? 1 : 0);
    }
}
