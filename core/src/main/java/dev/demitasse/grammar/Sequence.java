package dev.demitasse.grammar;

import dev.demitasse.grammar.automaton.Distance;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Texts of several rules, concatenated. */
final class Sequence extends Rule {
    private final List<Rule> parts;

    Sequence(List<Rule> parts) {
        this.parts = parts;
    }

    @Override
    protected void enter(Stack below, State.Builder state) {
        @Nullable Stack all = below;
        for (int i = parts.size() - 1; i >= 0 && all != null; i--) {
            all = Stack.push(parts.get(i), all);
        }
        state.enter(all);
    }

    @Override
    protected void measure() {
        long sum = 0;
        int highest = 0;
        for (Rule part : parts) {
            sum = Distance.sum(sum, part.distance());
            highest = Math.max(highest, part.height());
        }
        setShortest(sum, highest);
    }

    @Override
    protected void forEachPart(Consumer<Rule> action) {
        parts.forEach(action);
    }
}
