package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.Rule;
import dev.demitasse.grammar.Stack;
import dev.demitasse.grammar.State;
import dev.demitasse.grammar.automaton.Distance;
import dev.demitasse.grammar.automaton.Key;
import dev.demitasse.grammar.automaton.TooLargeException;
import java.util.List;
import java.util.function.Consumer;

/** A JSON array, in which elements of a kind may be counted ({@code contains}). */
final class ArrayRule extends Rule {
    private static final long MAX_COSTS = 1 << 16;

    private final Json json;
    private final List<Element> prefix;
    private final Element item;
    private final long min;
    private final long max;
    private final long minCounted;
    private final long maxCounted;
    private Shortest[][] shortest = new Shortest[0][]; // see measure()

    /**
     * The elements that may stand at a place.
     *
     * @param counted the rule of elements that are counted
     * @param other the rule of elements that need not be counted, which may include those that are counted if there is no
     *     maximum
     */
    record Element(Rule counted, Rule other) {
        /** Returns elements that are not counted. */
        static Element of(Rule rule) {
            return new Element(Json.NOTHING, rule);
        }
    }

    /** The shortest rest of an array, without the closing bracket. */
    private record Shortest(long distance, int height) {
        static final Shortest NONE = new Shortest(Distance.NEVER, 0);
        static final Shortest EMPTY = new Shortest(0, 0);

        Shortest or(Shortest other) {
            return other.distance < distance || other.distance == distance && other.height < height ? other : this;
        }

        /** Returns the shortest rest after an element and its comma. */
        Shortest after(Rule element) {
            return new Shortest(Distance.sum(distance, 1 + element.distance()), Math.max(height, element.height()));
        }

        /** Returns the shortest rest after several elements and their commas. */
        Shortest after(Rule element, long count) {
            return count == 0
                    ? this
                    : new Shortest(
                            Distance.sum(distance, Distance.product(count, 1 + element.distance())),
                            Math.max(height, element.height()));
        }
    }

    ArrayRule(Json json, List<Element> prefix, Element item, long min, long max) {
        this(json, prefix, item, min, max, 0, Distance.NEVER);
    }

    /**
     * Creates the rule of an array.
     *
     * @param prefix the first elements
     * @param item each further element
     * @param max {@link Distance#NEVER} if there is no maximum
     * @param minCounted the minimum number of counted elements
     * @param maxCounted the maximum number of counted elements, or {@link Distance#NEVER} if there is none
     */
    ArrayRule(Json json, List<Element> prefix, Element item, long min, long max, long minCounted, long maxCounted) {
        this.json = json;
        this.prefix = List.copyOf(prefix);
        this.item = item;
        this.min = min;
        this.max = max;
        this.minCounted = minCounted;
        this.maxCounted = maxCounted;
        if (minCounted >= MAX_COSTS || (prefix.size() + 1) * (Math.max(minCounted, prefix.size()) + 1) > MAX_COSTS) {
            throw new TooLargeException("has too large a minContains");
        }
    }

    @Override
    protected void enter(Stack below, State.Builder state) {
        Stack elements = Stack.push(new Elements(0, 0, false), below);
        if (elements != null) {
            state.add(json.openArray.start(), elements);
        }
    }

    /** Computes {@code shortest[i][n]}, the shortest rest after i elements of which n are counted. */
    @Override
    protected void measure() {
        int length = (int) Math.min(prefix.size(), max);
        int countedLimit = (int) (maxCounted == Distance.NEVER ? minCounted : Math.max(minCounted, prefix.size()));
        shortest = new Shortest[length + 1][countedLimit + 1];
        for (int i = length; i >= 0; i--) {
            for (int counted = 0; counted <= countedLimit; counted++) {
                shortest[i][counted] = i < length ? within(i, counted) : items(i, counted);
            }
        }
        Elements all = new Elements(0, 0, false);
        setShortest(Distance.sum(1, all.distance()), all.height());
    }

    private Shortest within(int index, int counted) {
        Shortest found = mayEnd(index, counted) ? Shortest.EMPTY : Shortest.NONE;
        Element element = prefix.get(index);
        Shortest[] next = shortest[index + 1];
        int more = Math.min(counted + 1, next.length - 1);
        return found.or(next[counted].after(element.other))
                .or(counted >= maxCounted ? Shortest.NONE : next[more].after(element.counted));
    }

    /** Returns the shortest rest after the elements of the prefix. */
    private Shortest items(long count, long counted) {
        long needed = Math.max(0, minCounted - counted);
        long others = Math.max(0, min - count - needed);
        if (count + needed + others > max || counted + needed > maxCounted) {
            return Shortest.NONE;
        }
        Shortest rest = Shortest.EMPTY.after(item.counted, needed);
        Shortest all = rest.after(item.other, others);
        return counted + needed + others > maxCounted ? all : all.or(rest.after(item.counted, others));
    }

    private boolean mayEnd(long count, long counted) {
        return count >= min && counted >= minCounted;
    }

    @Override
    protected void forEachPart(Consumer<Rule> action) {
        for (Element element : prefix) {
            action.accept(element.counted);
            action.accept(element.other);
        }
        action.accept(item.counted);
        action.accept(item.other);
        json.forEachTerminal(action);
    }

    /** The rest of an array after some elements. */
    private final class Elements extends Rule {
        private final long count; // of elements before, limited to what makes a difference
        private final long counted; // of counted elements before, limited to what makes a difference
        private final boolean open; // whether there are elements before

        Elements(long count, long counted, boolean open) {
            super(Key.mix(ArrayRule.this.key(), Key.mix(count * 2 + (open ? 1 : 0), counted)));
            this.count = count;
            this.counted = counted;
            this.open = open;
            measure();
        }

        @Override
        protected boolean closesNesting() {
            return true;
        }

        @Override
        protected void enter(Stack below, State.Builder state) {
            if (count < max) {
                Element next = count < prefix.size() ? prefix.get((int) count) : item;
                long after = max == Distance.NEVER ? Math.min(count + 1, Math.max(min, prefix.size())) : count + 1;
                enter(next.other, new Elements(after, counted, true), below, state);
                if (counted < maxCounted) {
                    long more = maxCounted == Distance.NEVER ? Math.min(counted + 1, minCounted) : counted + 1;
                    enter(next.counted, new Elements(after, more, true), below, state);
                }
            }
            if (mayEnd(count, counted)) {
                state.add((open ? json.closeArray : json.closeEmptyArray).start(), below);
            }
        }

        private void enter(Rule element, Elements rest, Stack below, State.Builder state) {
            Stack all = Stack.push(element, Stack.push(rest, below));
            if (all != null && open) {
                state.add(json.comma.start(), all);
            } else {
                state.enter(all);
            }
        }

        @Override
        protected void measure() {
            Shortest rest;
            if (count < shortest.length - 1) {
                rest = shortest[(int) count][(int) counted];
            } else {
                rest = items(count, counted);
            }
            // No comma precedes the first element.
            boolean isEmpty = mayEnd(count, counted) || open;
            setShortest(Distance.sum(isEmpty ? 1 : 0, rest.distance), rest.height + 1);
        }
    }
}
