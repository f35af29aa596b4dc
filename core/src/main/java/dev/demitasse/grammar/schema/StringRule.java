package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.Frame;
import dev.demitasse.grammar.Rule;
import dev.demitasse.grammar.Stack;
import dev.demitasse.grammar.State;
import dev.demitasse.grammar.Terminal;
import dev.demitasse.grammar.automaton.Distance;
import java.util.function.Consumer;

/** A JSON string with a limited number of characters. */
final class StringRule extends Rule {
    private final Terminal strings;
    private final Frame start;
    private final boolean isPossible;

    /**
     * Creates the rule of a string.
     *
     * @param strings counts the characters of the strings that are limited
     * @param min minimum number of code points; 0 unless the strings are all strings
     * @param max maximum number of code points, or {@link Distance#NEVER} if there is none
     * @param isPossible whether a string is within the limits
     */
    StringRule(Terminal strings, long min, long max, boolean isPossible) {
        this.strings = strings;
        this.isPossible = isPossible;
        start = new Frame(strings, 0, min, max);
        measure();
    }

    @Override
    protected void enter(Stack below, State.Builder state) {
        state.add(start, below);
    }

    @Override
    protected void forEachPart(Consumer<Rule> action) {
        action.accept(strings);
    }

    @Override
    protected void measure() {
        setShortest(isPossible ? start.distance() : Distance.NEVER, 0);
    }
}
