package dev.demitasse.grammar;

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
     * @param prefix the first elements
     * @param item each element after those; null for none
     * @param max {@link #NEVER} for any number
     */
    ArrayRule(List<Rule> prefix, @Nullable Rule item, long min, long max) {
        this.prefix = List.copyOf(prefix);
        this.item = item;
        this.min = min;
        this.max = item == null ? Math.min(max, prefix.size()) : max;
    }

    @Override
    void enter(Stack below, State.Builder ways) {
        Stack elements = Stack.push(new Elements(0, false), below);
        if (elements != null) {
            ways.add(Json.OPEN_ARRAY.frame(0), elements);
        }
    }

    @Override
    void measure() {
        Elements all = new Elements(0, false);
        distance = sum(1, all.distance);
        height = all.height;
    }

    @Override
    void forEachPart(Consumer<Rule> action) {
        prefix.forEach(action);
        if (item != null) {
            action.accept(item);
        }
    }

    private @Nullable Rule element(long index) {
        return index >= max ? null : index < prefix.size() ? prefix.get((int) index) : item;
    }

    /** The rest of an array. */
    private final class Elements extends Rule {
        private final long count; // elements before, as far as that matters
        private final boolean open; // whether there are any before

        Elements(long count, boolean open) {
            super(mix(ArrayRule.this.key, count * 2 + (open ? 1 : 0)));
            this.count = count;
            this.open = open;
            measure();
        }

        @Override
        boolean nests() {
            return true;
        }

        @Override
        void enter(Stack below, State.Builder ways) {
            Rule next = element(count);
            if (next != null) {
                long after = max == NEVER ? Math.min(count + 1, Math.max(min, prefix.size())) : count + 1;
                Stack element = Stack.push(next, Stack.push(new Elements(after, true), below));
                if (element != null && open) {
                    ways.add(Json.COMMA.frame(0), element);
                } else {
                    ways.enter(element);
                }
            }
            if (count >= min) {
                ways.add((open ? Json.CLOSE_ARRAY : Json.CLOSE_EMPTY_ARRAY).frame(0), below);
            }
        }

        @Override
        void measure() {
            long sum = 1;
            int highest = 0;
            long i = count;
            for (; i < min && i < prefix.size(); i++) {
                Rule next = element(i);
                sum = sum(sum, next == null ? NEVER : next.distance + 1);
                highest = Math.max(highest, next == null ? 0 : next.height);
            }
            if (i < min) {
                sum = sum(sum, item == null || min > max ? NEVER : product(min - i, item.distance + 1));
                highest = Math.max(highest, item == null ? 0 : item.height);
            }
            distance = count < min && !open ? sum(sum, -1) : sum;
            height = highest + 1;
        }
    }
}
