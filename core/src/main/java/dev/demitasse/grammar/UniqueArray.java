package dev.demitasse.grammar;

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

/** A JSON array of some of a few values, none of them twice. */
final class UniqueArray extends Rule {
    private static final int MAX_VALUES = 1000;

    private final Rule item;
    private final String path;
    private final long min;
    private final long max;
    private @Nullable List<Words> values; // the shortest first

    /**
     * @param item a choice of {@link Words}, which is looked at when it is measured
     * @param path of the schema, for errors
     */
    UniqueArray(Rule item, long min, long max, String path) {
        this.item = item;
        this.min = min;
        this.max = max;
        this.path = path;
    }

    /** The values, each as a rule; of numbers that are equal but one. */
    private List<Words> values() {
        List<Words> known = values;
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
                open.addAll(choice.parts);
            } else if (rule instanceof Words words) {
                texts.addAll(words.texts());
            } else {
                throw new IllegalArgumentException(
                        path + " is supported for items of an enum, const, boolean or null only");
            }
        }
        if (texts.size() > MAX_VALUES) {
            throw new TooLargeException("has uniqueItems and items of more than " + MAX_VALUES + " values");
        }
        texts.sort((a, b) -> Integer.compare(a.length, b.length));
        Set<Object> different = new HashSet<>();
        List<Words> found = new ArrayList<>();
        for (byte[] text : texts) {
            String json = new String(text, StandardCharsets.UTF_8);
            boolean number = "-0123456789".indexOf(json.charAt(0)) >= 0;
            if (different.add(number ? new BigDecimal(json).stripTrailingZeros() : json)) {
                found.add(Words.of(List.of(text)));
            }
        }
        values = found;
        return found;
    }

    @Override
    void enter(Stack below, State.Builder ways) {
        Stack elements = Stack.push(new Elements(new BitSet()), below);
        if (elements != null) {
            ways.add(Json.OPEN_ARRAY.frame(0), elements);
        }
    }

    @Override
    void measure() {
        distance = sum(1, new Elements(new BitSet()).distance);
        height = 1;
    }

    @Override
    void forEachPart(Consumer<Rule> action) {
        action.accept(item);
    }

    /** The rest of an array. */
    private final class Elements extends Rule {
        private final BitSet used;

        Elements(BitSet used) {
            super(mix(UniqueArray.this.key, key(used)));
            this.used = used;
            measure();
        }

        private static long key(BitSet used) {
            long key = 0;
            for (long word : used.toLongArray()) {
                key = mix(key, word);
            }
            return key;
        }

        @Override
        boolean nests() {
            return true;
        }

        @Override
        void enter(Stack below, State.Builder ways) {
            int count = used.cardinality();
            List<Words> all = values();
            for (int i = used.nextClearBit(0); i < all.size() && count < max; i = used.nextClearBit(i + 1)) {
                BitSet more = (BitSet) used.clone();
                more.set(i);
                Stack element = Stack.push(all.get(i), Stack.push(new Elements(more), below));
                if (element != null && count > 0) {
                    ways.add(Json.COMMA.frame(0), element);
                } else {
                    ways.enter(element);
                }
            }
            if (count >= min) {
                ways.add((count > 0 ? Json.CLOSE_ARRAY : Json.CLOSE_EMPTY_ARRAY).frame(0), below);
            }
        }

        @Override
        void measure() {
            List<Words> all = values();
            int count = used.cardinality();
            long needed = min - count;
            long sum = 1;
            int i = used.nextClearBit(0);
            for (; needed > 0 && i < all.size(); i = used.nextClearBit(i + 1)) {
                sum = sum(sum, all.get(i).distance + 1);
                needed--;
            }
            distance = needed > 0 || count > max ? NEVER : count == 0 && min > 0 ? sum - 1 : sum;
            height = 1;
        }
    }
}
