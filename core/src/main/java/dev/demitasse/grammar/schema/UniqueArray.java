package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.Choice;
import dev.demitasse.grammar.Rule;
import dev.demitasse.grammar.Stack;
import dev.demitasse.grammar.State;
import dev.demitasse.grammar.Terminal;
import dev.demitasse.grammar.automaton.Distance;
import dev.demitasse.grammar.automaton.Key;
import dev.demitasse.grammar.automaton.TooLargeException;
import dev.demitasse.grammar.automaton.Words;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A JSON array of distinct values from a finite set. */
final class UniqueArray extends Rule {
    private static final int MAX_VALUES = 1000;

    private final Json json;
    private final Rule item;
    private final String path;
    private final long min;
    private final long max;
    private @Nullable List<Terminal> values; // in the order of their lengths

    /**
     * Creates the rule of an array.
     *
     * @param item a choice of terminals of {@link Words}, which may be filled until this rule is measured
     * @param path the path of the schema, for errors
     */
    UniqueArray(Json json, Rule item, long min, long max, String path) {
        this.json = json;
        this.item = item;
        this.min = min;
        this.max = max;
        this.path = path;
    }

    /** Returns a rule for each value. Of equal numbers, only one is included. */
    private List<Terminal> values() {
        List<Terminal> known = values;
        if (known != null) {
            return known;
        }
        List<byte[]> texts = new ArrayList<>();
        Set<Rule> seen = new HashSet<>();
        ArrayDeque<Rule> open = new ArrayDeque<>();
        open.add(item);
        while (!open.isEmpty()) {
            Rule rule = open.removeFirst();
            if (!seen.add(rule)) {
                continue;
            }
            if (rule instanceof Choice choice) {
                open.addAll(choice.parts());
            } else if (rule instanceof Terminal terminal && terminal.automaton() instanceof Words words) {
                texts.addAll(words.texts());
            } else {
                throw new IllegalArgumentException(
                        path + " is supported for items of strings, enum, const, boolean or null only");
            }
        }
        if (texts.size() > MAX_VALUES) {
            throw new TooLargeException("has uniqueItems and items of more than " + MAX_VALUES + " values");
        }
        texts.sort((a, b) -> Integer.compare(a.length, b.length));
        Set<Object> distinct = new HashSet<>();
        List<Terminal> found = new ArrayList<>();
        for (byte[] text : texts) {
            String json = new String(text, StandardCharsets.UTF_8);
            boolean number = "-0123456789".indexOf(json.charAt(0)) >= 0;
            if (distinct.add(number ? new BigDecimal(json).stripTrailingZeros() : json)) {
                found.add(new Terminal(Words.of(List.of(text))));
            }
        }
        values = found;
        return found;
    }

    @Override
    protected void enter(Stack below, State.Builder state) {
        Stack elements = Stack.push(new Elements(new BitSet()), below);
        if (elements != null) {
            state.add(json.openArray.start(), elements);
        }
    }

    @Override
    protected void measure() {
        setShortest(Distance.sum(1, new Elements(new BitSet()).distance()), 1);
    }

    @Override
    protected void forEachPart(Consumer<Rule> action) {
        action.accept(item);
        if (values != null) {
            values.forEach(action);
        }
        json.forEachTerminal(action);
    }

    /** The rest of an array after some elements. */
    private final class Elements extends Rule {
        private final BitSet used; // indices of the values before

        Elements(BitSet used) {
            super(Key.mix(UniqueArray.this.key(), key(used)));
            this.used = used;
            measure();
        }

        private static long key(BitSet used) {
            long key = 0;
            for (long word : used.toLongArray()) {
                key = Key.mix(key, word);
            }
            return key;
        }

        @Override
        protected boolean closesNesting() {
            return true;
        }

        @Override
        protected void enter(Stack below, State.Builder state) {
            int count = used.cardinality();
            List<Terminal> all = values();
            for (int i = used.nextClearBit(0); i < all.size() && count < max; i = used.nextClearBit(i + 1)) {
                BitSet more = (BitSet) used.clone();
                more.set(i);
                Stack element = Stack.push(all.get(i), Stack.push(new Elements(more), below));
                if (element != null && count > 0) {
                    state.add(json.comma.start(), element);
                } else {
                    state.enter(element);
                }
            }
            if (count >= min) {
                state.add((count > 0 ? json.closeArray : json.closeEmptyArray).start(), below);
            }
        }

        @Override
        protected void measure() {
            List<Terminal> all = values();
            int count = used.cardinality();
            long needed = min - count;
            long sum = 1;
            int i = used.nextClearBit(0);
            for (; needed > 0 && i < all.size(); i = used.nextClearBit(i + 1)) {
                sum = Distance.sum(sum, all.get(i).distance() + 1);
                needed--;
            }
            // No comma precedes the first element.
            long shortest = count == 0 && min > 0 ? sum - 1 : sum;
            setShortest(needed > 0 || count > max ? Distance.NEVER : shortest, 1);
        }
    }
}
