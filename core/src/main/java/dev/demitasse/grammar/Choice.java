package dev.demitasse.grammar;

import java.util.List;
import java.util.function.Consumer;

/** One of several rules. The list may be filled later, so that rules may hold themselves. */
final class Choice extends Rule {
    final List<Rule> parts;

    Choice(List<Rule> parts) {
        this.parts = parts;
    }

    @Override
    void enter(Stack below, State.Builder ways) {
        for (Rule part : parts) {
            ways.enter(Stack.push(part, below));
        }
    }

    @Override
    void measure() {
        for (Rule part : parts) {
            if (part.distance < distance || part.distance == distance && part.height < height) {
                distance = part.distance;
                height = part.height;
            }
        }
    }

    @Override
    void forEachPart(Consumer<Rule> action) {
        parts.forEach(action);
    }
}
