package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.Rule;
import dev.demitasse.grammar.Stack;
import dev.demitasse.grammar.State;
import dev.demitasse.grammar.automaton.Distance;
import dev.demitasse.grammar.automaton.Key;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A JSON array. */
final class ArrayRule extends Rule {
    private final List<Rule> prefix;
    private final @Nullable Rule item;
    private final long min;
    private final long max;

    /**
     * Creates the rule of an array.
     *
     * @param prefix the rules of the first elements
     * @param item the rule of each further element, or null if there are none
     * @param max {@link Distance#NEVER} if there is no maximum
     */
    ArrayRule(List<Rule> prefix, @Nullable Rule item, long min, long max) {
        this.prefix = List.copyOf(prefix);
        this.item = item;
        this.min = min;
        this.max = item == null ? Math.min(max, prefix.size()) : max;
    }

    @Override
    protected void enter(Stack below, State.Builder state) {
        Stack elements = Stack.push(new Elements(0, false), below);
        if (elements != null) {
            state.add(Json.OPEN_ARRAY.start(), elements);
        }
    }

    @Override
    protected void measure() {
        Elements all = new Elements(0, false);
        setShortest(Distance.sum(1, all.distance()), all.height());
    }

    @Override
    protected void forEachPart(Consumer<Rule> action) {
        prefix.forEach(action);
        if (item != null) {
            action.accept(item);
        }
    }

    private @Nullable Rule element(long index) {
        return index >= max ? null : index < prefix.size() ? prefix.get((int) index) : item;
    }

    /** The rest of an array after some elements. */
    private final class Elements extends Rule {
        private final long count; // of elements before, limited to what makes a difference
        private final boolean open; // whether there are elements before

        Elements(long count, boolean open) {
            super(Key.mix(ArrayRule.this.key(), count * 2 + (open ? 1 : 0)));
            this.count = count;
            this.open = open;
            measure();
        }

        @Override
        protected boolean closesNesting() {
            return true;
        }

        @Override
        protected void enter(Stack below, State.Builder state) {
            Rule next = element(count);
            if (next != null) {
                long after = max == Distance.NEVER ? Math.min(count + 1, Math.max(min, prefix.size())) : count + 1;
                Stack element = Stack.push(next, Stack.push(new Elements(after, true), below));
                if (element != null && open) {
                    state.add(Json.COMMA.start(), element);
                } else {
                    state.enter(element);
                }
            }
            if (count >= min) {
                state.add((open ? Json.CLOSE_ARRAY : Json.CLOSE_EMPTY_ARRAY).start(), below);
            }
        }

        @Override
        protected void measure() {
            long sum = 1;
            int highest = 0;
            long i = count;
            for (; i < min && i < prefix.size(); i++) {
                Rule next = element(i);
                sum = Distance.sum(sum, next == null ? Distance.NEVER : next.distance() + 1);
                highest = Math.max(highest, next == null ? 0 : next.height());
            }
            if (i < min) {
                sum = Distance.sum(
                        sum,
                        item == null || min > max ? Distance.NEVER : Distance.product(min - i, item.distance() + 1));
                highest = Math.max(highest, item == null ? 0 : item.height());
            }
            // No comma precedes the first element.
            setShortest(count < min && !open ? Distance.sum(sum, -1) : sum, highest + 1);
        }
    }
}
