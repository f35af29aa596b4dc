package dev.demitasse.grammar.automaton;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compiles a regular expression to an automaton over the bytes of JSON strings: Thompson's construction (1968), then the
 * subset construction.
 */
final class Nfa {
    private static final int MAX_STATES = 50_000;

    /** Kinds of edges that read no byte. */
    private static final int EMPTY = -1;

    private static final int AT_START = -2;
    private static final int AT_END = -3;

    /** Ranges of code points that stand for themselves in JSON: low, high, number of continuation bytes in UTF-8. */
    private static final int[][] UNESCAPED = {
        {0x20, '!', 0},
        {'#', '[', 0},
        {']', 0x7f, 0},
        {0x80, 0x7ff, 1},
        {0x800, 0xd7ff, 2},
        {0xe000, 0xffff, 2},
        {0x10000, 0x3ffff, 3},
        {0xc0000, Character.MAX_CODE_POINT, 3} // Utf8.isSupported excludes the planes between
    };

    private final boolean lenient;
    private final Budget budget;
    private final List<int[]> edges = new ArrayList<>(); // for each state: (low, high, to) or (kind, kind, to)

    Nfa(boolean lenient, Budget budget) {
        this.lenient = lenient;
        this.budget = budget;
    }

    private int state() {
        budget.spend(20);
        if (edges.size() == MAX_STATES) {
            throw new TooLargeException("needs an automaton of more than " + MAX_STATES + " states");
        }
        edges.add(new int[0]);
        return edges.size() - 1;
    }

    private void edge(int from, int low, int high, int to) {
        int[] old = edges.get(from);
        int[] more = Arrays.copyOf(old, old.length + 3);
        budget.spend(more.length / 3);
        more[old.length] = low;
        more[old.length + 1] = high;
        more[old.length + 2] = to;
        edges.set(from, more);
    }

    private void empty(int from, int to) {
        edge(from, EMPTY, EMPTY, to);
    }

    /** Returns an automaton of JSON strings, with quotes, that contain a match. */
    Dfa search(Regex.Node node) {
        int start = state();
        int before = state();
        edge(start, '"', '"', before);
        characters(CodePoints.ALL, before, before);
        int after = build(node, before);
        int rest = state();
        empty(after, rest);
        characters(CodePoints.ALL, rest, rest);
        int end = state();
        Subset first = new Subset(new int[] {start});
        Subset last = new Subset(new int[] {end});
        return Dfa.of(
                first,
                (subset, b) -> {
                    if (subset.equals(first)) {
                        return b == '"' ? closure(new int[] {before}, AT_START) : null;
                    }
                    boolean isEnd = b == '"' && Arrays.binarySearch(closure(subset.states, AT_END).states, rest) >= 0;
                    return isEnd ? last : step(subset, b);
                },
                subset -> subset.equals(last),
                classes(),
                budget);
    }

    /** A set of states, in ascending order. */
    private static final class Subset {
        final int[] states;

        Subset(int[] states) {
            this.states = states;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Subset subset && Arrays.equals(states, subset.states);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(states);
        }
    }

    private @Nullable Subset step(Subset subset, int b) {
        int[] found = new int[8];
        int count = 0;
        for (int state : subset.states) {
            int[] out = edges.get(state);
            budget.spend(1 + out.length / 6);
            for (int i = 0; i < out.length; i += 3) {
                if (out[i] <= b && b <= out[i + 1] && out[i] >= 0) {
                    found = count == found.length ? Arrays.copyOf(found, 2 * count) : found;
                    found[count++] = out[i + 2];
                }
            }
        }
        return count == 0 ? null : closure(Arrays.copyOf(found, count), EMPTY);
    }

    /** Returns all states that are reached without reading a byte, over empty edges and edges of a kind. */
    private Subset closure(int[] from, int kind) {
        BitSet seen = new BitSet();
        int[] open = Arrays.copyOf(from, Math.max(8, from.length));
        int count = from.length;
        for (int state : from) {
            seen.set(state);
        }
        while (count > 0) {
            int[] out = edges.get(open[--count]);
            budget.spend(1 + out.length / 6);
            for (int i = 0; i < out.length; i += 3) {
                if ((out[i] == EMPTY || out[i] == kind) && !seen.get(out[i + 2])) {
                    seen.set(out[i + 2]);
                    open = count == open.length ? Arrays.copyOf(open, 2 * count) : open;
                    open[count++] = out[i + 2];
                }
            }
        }
        int[] states = new int[seen.cardinality()];
        budget.spend(edges.size() / 64 + states.length);
        int made = 0;
        for (int state = seen.nextSetBit(0); state >= 0; state = seen.nextSetBit(state + 1)) {
            states[made++] = state;
        }
        return new Subset(states);
    }

    /** Returns for each byte value the first one with the same transitions in all states. */
    private int[] classes() {
        boolean[] begins = new boolean[257];
        begins['"'] = true;
        begins['"' + 1] = true;
        for (int[] out : edges) {
            for (int i = 0; i < out.length; i += 3) {
                if (out[i] >= 0) {
                    begins[out[i]] = true;
                    begins[out[i + 1] + 1] = true;
                }
            }
        }
        int[] classes = new int[256];
        for (int b = 1; b < 256; b++) {
            classes[b] = begins[b] ? b : classes[b - 1];
        }
        return classes;
    }

    /** Adds the states of an expression after a state, and returns the last one. */
    private int build(Regex.Node node, int from) {
        budget.spend(1);
        if (node instanceof Regex.Characters characters) {
            int to = state();
            characters(characters.set(), from, to);
            return to;
        }
        if (node instanceof Regex.Sequence sequence) {
            int at = from;
            for (Regex.Node part : sequence.parts()) {
                at = build(part, at);
            }
            return at;
        }
        if (node instanceof Regex.Alternatives alternatives) {
            int to = state();
            for (Regex.Node part : alternatives.parts()) {
                int start = state();
                empty(from, start);
                empty(build(part, start), to);
            }
            return to;
        }
        if (node instanceof Regex.Repeat repeat) {
            return repeat(repeat, from);
        }
        int to = state();
        int kind = ((Regex.Anchor) node).start() ? AT_START : AT_END;
        edge(from, kind, kind, to);
        return to;
    }

    private int repeat(Regex.Repeat repeat, int from) {
        int at = from;
        for (int i = 0; i < repeat.min(); i++) {
            at = build(repeat.part(), at);
        }
        int to = state();
        if (repeat.isUnbounded()) {
            int loop = state();
            empty(at, loop);
            empty(build(repeat.part(), loop), loop);
            empty(loop, to);
            return to;
        }
        empty(at, to);
        for (int i = repeat.min(); i < repeat.max(); i++) {
            int start = state();
            empty(at, start);
            at = build(repeat.part(), start);
            empty(at, to);
        }
        return to;
    }

    /** Adds edges for each character of a set, in the form in which it stands in a JSON string. */
    private void characters(CodePoints set, int from, int to) {
        int[] rest = {to, -1, -1, -1}; // rest[n]: the state from which n continuation bytes lead to `to`
        List<Integer> bounds = set.ranges(lenient).bounds();
        for (int i = 0; i < bounds.size(); i += 2) {
            int low = bounds.get(i);
            int high = bounds.get(i + 1);
            for (int c = low; c <= high && c <= '\\'; c++) {
                if (c < 0x20 || c == '"' || c == '\\') {
                    escaped((char) c, from, to);
                }
            }
            for (int[] range : UNESCAPED) {
                int min = Math.max(low, range[0]);
                int max = Math.min(high, range[1]);
                int more = range[2];
                if (min <= max) {
                    utf8(from, min, max, more, more == 0 ? 0 : 0xff00 >> more + 1 & 0xff, rest);
                }
            }
        }
    }

    private void escaped(char c, int from, int to) {
        String escape = JsonStrings.escaped(c);
        int at = from;
        for (int i = 0; i < escape.length(); i++) {
            int next = i + 1 == escape.length() ? to : state();
            edge(at, escape.charAt(i), escape.charAt(i), next);
            at = next;
        }
    }

    /**
     * Adds edges for the UTF-8 bytes of a range of code points.
     *
     * @param more the number of bytes after the next one
     * @param mark the high bits of the next byte
     */
    private void utf8(int from, int low, int high, int more, int mark, int[] rest) {
        int shift = 6 * more;
        int lowByte = low >> shift;
        int highByte = high >> shift;
        int mask = (1 << shift) - 1;
        if (lowByte == highByte && ((low & mask) != 0 || (high & mask) != mask)) {
            int next = state();
            edge(from, mark | lowByte, mark | lowByte, next);
            utf8(next, low & mask, high & mask, more - 1, 0x80, rest);
            return;
        }
        if ((low & mask) != 0) {
            utf8(from, low, low | mask, more, mark, rest);
            lowByte++;
        }
        if ((high & mask) != mask) {
            utf8(from, high & ~mask, high, more, mark, rest);
            highByte--;
        }
        if (lowByte <= highByte) {
            edge(from, mark | lowByte, mark | highByte, rest(more, rest));
        }
    }

    private int rest(int more, int[] rest) {
        if (rest[more] < 0) {
            rest[more] = state();
            edge(rest[more], 0x80, 0xbf, rest(more - 1, rest));
        }
        return rest[more];
    }
}
