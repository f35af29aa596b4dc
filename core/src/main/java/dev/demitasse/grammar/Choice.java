package dev.demitasse.grammar;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/** One of several rules. */
final class Choice extends Composite {
    private final List<Rule> parts;

    Choice(List<Rule> parts) {
        this.parts = List.copyOf(parts);
    }

    @Override
    void expand(long state, Stack below, Ways ways) {
        for (Rule part : parts) {
            ways.enter(ways.push(part, 0, below));
        }
    }

    @Override
    long distance(long state, ToLongFunction<Rule> whole) {
        long least = NEVER;
        for (Rule part : parts) {
            least = Math.min(least, whole.applyAsLong(part));
        }
        return least;
    }

    @Override
    void forEachPart(Consumer<Rule> action) {
        parts.forEach(action);
    }
}
