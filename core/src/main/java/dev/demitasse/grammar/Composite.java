package dev.demitasse.grammar;

import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/** A rule made of others. It reads no byte itself, but says which rules may come next. */
abstract non-sealed class Composite extends Rule {
    /** Enters each way on from {@code state}. */
    abstract void expand(long state, Stack below, Ways ways);

    /**
     * Fewest bytes to the rule's end.
     *
     * @param whole that of each part as a whole
     */
    abstract long distance(long state, ToLongFunction<Rule> whole);

    abstract void forEachPart(Consumer<Rule> action);

    /** Where {@link #expand} puts what it finds. */
    interface Ways {
        Stack push(Rule rule, long state, Stack below);

        void enter(Stack stack);
    }
}
