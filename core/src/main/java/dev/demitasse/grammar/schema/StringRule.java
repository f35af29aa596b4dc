package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.Frame;
import dev.demitasse.grammar.Rule;
import dev.demitasse.grammar.Stack;
import dev.demitasse.grammar.State;
import dev.demitasse.grammar.automaton.Distance;

/** A JSON string with a limited number of characters. */
final class StringRule extends Rule {
    private final Frame start;

    /**
     * Creates the rule of a string.
     *
     * @param min minimum number of code points
     * @param max maximum number of code points, or {@link Distance#NEVER} if there is none
     */
    StringRule(long min, long max) {
        start = new Frame(Json.STRING, 0, min, max);
        setShortest(min > max ? Distance.NEVER : start.distance(), 0);
    }

    @Override
    protected void enter(Stack below, State.Builder state) {
        state.add(start, below);
    }

    @Override
    protected void measure() {}
}
