package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.Rule;
import dev.demitasse.grammar.Stack;
import dev.demitasse.grammar.State;
import dev.demitasse.grammar.Terminal;
import dev.demitasse.grammar.automaton.Distance;
import dev.demitasse.grammar.automaton.Key;
import dev.demitasse.grammar.schema.NameFrame.Taken;
import java.util.function.Consumer;

/** A JSON array of distinct strings. */
final class UniqueStrings extends Rule {
    private final Json json;
    private final Terminal strings;
    private final int length;
    private final long min;
    private final long max;

    /**
     * Creates the rule of an array.
     *
     * @param strings accepts the strings, in their unique form
     * @param length a length in bytes of strings of which one is always free
     */
    UniqueStrings(Json json, Terminal strings, int length, long min, long max) {
        this.json = json;
        this.strings = strings;
        this.length = length;
        this.min = min;
        this.max = max;
    }

    @Override
    protected void enter(Stack below, State.Builder state) {
        Stack elements = Stack.push(new Elements(0, Taken.NONE, false), below);
        if (elements != null) {
            state.add(json.openArray.start(), elements);
        }
    }

    @Override
    protected void measure() {
        Elements all = new Elements(0, Taken.NONE, false);
        setShortest(Distance.sum(1, all.distance()), all.height());
    }

    @Override
    protected void forEachPart(Consumer<Rule> action) {
        action.accept(strings);
        json.forEachTerminal(action);
    }

    /** The rest of an array after some elements. */
    private final class Elements extends Rule implements NameFrame.Rest {
        private final long count; // of elements before
        private final Taken taken;
        private final boolean isAfterElement; // or after a comma, or at the start

        Elements(long count, Taken taken, boolean isAfterElement) {
            super(Key.mix(Key.mix(UniqueStrings.this.key(), count), Key.mix(taken.key, isAfterElement ? 1 : 0)));
            this.count = count;
            this.taken = taken;
            this.isAfterElement = isAfterElement;
            measure();
        }

        @Override
        protected boolean closesNesting() {
            return true;
        }

        @Override
        protected void enter(Stack below, State.Builder state) {
            if (isAfterElement) {
                Stack more = count < max ? Stack.push(new Elements(count, taken, false), below) : null;
                if (more != null) {
                    state.add(json.comma.start(), more);
                }
                if (count >= min) {
                    state.add(json.closeArray.start(), below);
                }
                return;
            }
            NameFrame string = NameFrame.start(strings, taken, this);
            Stack rest = count < max && string.distance() < Distance.NEVER ? Stack.push(rest(taken), below) : null;
            if (rest != null) {
                state.add(string, rest);
            }
            if (count == 0 && min == 0) {
                state.add(json.closeEmptyArray.start(), below);
            }
        }

        @Override
        public Rule rest(Taken nowTaken) {
            return new Elements(count + 1, nowTaken, true);
        }

        @Override
        protected void measure() {
            long needed = Math.max(0, min - count);
            long elements = isAfterElement || count == 0 ? needed : Math.max(1, needed);
            long commas = isAfterElement ? elements : Math.max(0, elements - 1);
            boolean isPossible = count + elements <= max && (elements == 0 || strings.distance() < Distance.NEVER);
            long first = isAfterElement ? length : 1 + taken.names(strings.automaton()).distance;
            long distance = Distance.sum(
                    1 + commas, elements == 0 ? 0 : Distance.sum(first, Distance.product(elements - 1, length)));
            setShortest(isPossible ? distance : Distance.NEVER, 1);
        }
    }
}
