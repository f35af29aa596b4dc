package dev.demitasse.grammar;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/** One rule after the other. A state is the index of the next. */
final class Sequence extends Composite {
    private final Rule[] parts;

    Sequence(List<Rule> parts) {
        this.parts = parts.toArray(new Rule[0]);
    }

    Sequence(Rule... parts) {
        this.parts = parts;
    }

    @Override
    void expand(long state, Stack below, Ways ways) {
        int i = (int) state;
        if (i == parts.length) {
            ways.enter(below);
        } else {
            Stack rest = i + 1 == parts.length ? below : ways.push(this, state + 1, below);
            ways.enter(ways.push(parts[i], 0, rest));
        }
    }

    @Override
    long distance(long state, ToLongFunction<Rule> whole) {
        long sum = 0;
        for (int i = (int) state; i < parts.length; i++) {
            sum = sum(sum, whole.applyAsLong(parts[i]));
        }
        return sum;
    }

    @Override
    void forEachPart(Consumer<Rule> action) {
        for (Rule part : parts) {
            action.accept(part);
        }
    }
}
