package dev.demitasse.grammar;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One rule after the other. */
final class Sequence extends Rule {
    private final List<Rule> parts;

    Sequence(Rule... parts) {
        this.parts = List.of(parts);
    }

    @Override
    void enter(Stack below, State.Builder ways) {
        @Nullable Stack all = below;
        for (int i = parts.size() - 1; i >= 0 && all != null; i--) {
            all = Stack.push(parts.get(i), all);
        }
        ways.enter(all);
    }

    @Override
    void measure() {
        long sum = 0;
        int highest = 0;
        for (Rule part : parts) {
            sum = sum(sum, part.distance);
            highest = Math.max(highest, part.height);
        }
        distance = sum;
        height = highest;
    }

    @Override
    void forEachPart(Consumer<Rule> action) {
        parts.forEach(action);
    }
}
