package dev.demitasse.grammar;

import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Stands for a rule that is known later, so that rules may hold themselves. */
final class Reference extends Composite {
    private @Nullable Rule target;

    void set(Rule rule) {
        target = rule;
    }

    private Rule target() {
        if (target == null) {
            throw new IllegalStateException("a reference was never set");
        }
        return target;
    }

    @Override
    void expand(long state, Stack below, Ways ways) {
        ways.enter(ways.push(target(), 0, below));
    }

    @Override
    long distance(long state, ToLongFunction<Rule> whole) {
        return whole.applyAsLong(target());
    }

    @Override
    void forEachPart(Consumer<Rule> action) {
        action.accept(target());
    }
}
