package dev.demitasse.grammar;

import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

/** The texts of any of several rules. The list may be filled later, so that rules can be recursive. */
public final class Choice extends Rule {
    private final List<Rule> parts;

    public Choice(List<Rule> parts) {
        this.parts = parts;
    }

    public List<Rule> parts() {
        return Collections.unmodifiableList(parts);
    }

    @Override
    protected void enter(Stack below, State.Builder state) {
        for (Rule part : parts) {
            state.enter(Stack.push(part, below));
        }
    }

    @Override
    protected void measure() {
        for (Rule part : parts) {
            boolean isShorter = part.distance() < distance();
            if (isShorter || part.distance() == distance() && part.height() < height()) {
                setShortest(part.distance(), part.height());
            }
        }
    }

    @Override
    protected void forEachPart(Consumer<Rule> action) {
        parts.forEach(action);
    }
}
