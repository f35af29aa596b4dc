package dev.demitasse.grammar;

import org.jspecify.annotations.Nullable;

/**
 * One way to read a text so far: the rule it is in, where it stands there, and what comes after that rule. Immutable; an
 * {@link Automaton} keeps one of each.
 */
final class Stack {
    final Rule rule;
    final long state;
    final @Nullable Stack below;
    final int depth;

    /** Fewest bytes to the end of everything. */
    final long distance;

    /** Made in this order, so that sets have one order. */
    final int number;

    @Nullable
    Stack canonical;

    private final int hash;

    Stack(Rule rule, long state, @Nullable Stack below, long distance, int number) {
        this.rule = rule;
        this.state = state;
        this.below = below;
        this.distance = distance;
        this.number = number;
        depth = below == null ? 0 : below.depth + 1;
        hash = (System.identityHashCode(rule) * 31 + Long.hashCode(state)) * 31 + System.identityHashCode(below);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Stack stack && stack.rule == rule && stack.state == state && stack.below == below;
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
