package dev.demitasse.grammar;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An automaton over code points as one over the bytes of a JSON string in quotes: UTF-8 and escapes. */
final class StringBytes {
    private static final int[] NOTHING = {};

    private final List<int[]> edges;
    private final BitSet accepting;
    private final Dfa.Builder builder = new Dfa.Builder();
    private final Map<Integer, Integer> states = new HashMap<>(); // by state over code points
    private final Map<Part, Integer> parts = new HashMap<>();
    private final int end;

    /**
     * Within a character's bytes.
     *
     * @param from the state before it, or -1 if it leads to {@code to} whatever comes
     * @param low the first code point that it may still be
     * @param left bytes to come
     */
    private record Part(int from, int to, int low, int left) {}

    /** @param edges of each state, triples of first and last code point and where they lead */
    StringBytes(List<int[]> edges, BitSet accepting) {
        this.edges = edges;
        this.accepting = accepting;
        int first = builder.state();
        builder.edge(0, '"', '"', first);
        states.put(0, first);
        end = builder.state();
        builder.accept(end);
    }

    Dfa build() {
        for (int i = 1; i < edges.size(); i++) {
            states.put(i, builder.state());
        }
        for (int i = 0; i < edges.size(); i++) {
            characters(i);
        }
        return builder.build();
    }

    /** Of each of the automaton's states, whether it is reached by a character's last byte or is where the first begins. */
    boolean[] whole() {
        boolean[] whole = new boolean[builder.states()];
        states.values().forEach(state -> whole[state] = true);
        return whole;
    }

    private int state(int character) {
        return states.getOrDefault(character, -1);
    }

    private void characters(int from) {
        int at = state(from);
        if (accepting.get(from)) {
            builder.edge(at, '"', '"', end);
        }
        int escape = -1;
        for (int c = 0; c < 0x80; c++) {
            int to = target(from, c);
            if (to < 0) {
                continue;
            }
            int sign = "\"\\/\b\f\n\r\t".indexOf(c);
            if (sign >= 0) {
                if (escape < 0) {
                    escape = builder.state();
                    builder.edge(at, '\\', '\\', escape);
                }
                int letter = "\"\\/bfnrt".charAt(sign);
                builder.edge(escape, letter, letter, state(to));
            }
            if (c >= 0x20 && c != '"' && c != '\\') {
                builder.edge(at, c, c, state(to));
            }
        }
        for (int lead = 0xc2; lead <= 0xf4; lead++) {
            int left = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
            int low = (lead & (0x3f >> left)) << 6 * left;
            edge(at, lead, from, low, left);
        }
    }

    private void edge(int at, int b, int from, int low, int left) {
        int next = part(from, low, left);
        if (next >= 0) {
            builder.edge(at, b, b, next);
        }
    }

    /** The state from which {@code left} continuation bytes make a code point from {@code low} on; -1 for none. */
    private int part(int from, int low, int left) {
        int size = 1 << 6 * left;
        int least = left == 3 ? 0x10000 : left == 2 && low == 0 ? 0x800 : 0;
        int[] range = range(from, low, size);
        if (range.length == 0 || low + size <= least) {
            return -1;
        }
        boolean uniform = range[0] <= low
                && range[1] >= low + size - 1
                && low >= least
                && low + size <= 0x110000
                && (low + size <= 0xd800 || low >= 0xe000);
        if (left == 0) {
            return state(range[2]);
        }
        Part part = uniform ? new Part(-1, range[2], 0, left) : new Part(from, -1, low, left);
        Integer known = parts.get(part);
        if (known != null) {
            return known;
        }
        int made = builder.state();
        parts.put(part, made);
        int step = size >> 6;
        for (int i = 0; i < 64; i++) {
            int at = low + i * step;
            if (at >= least && at < 0x110000 && (at < 0xd800 || at > 0xdfff)) {
                edge(made, 0x80 + i, from, at, left - 1);
            }
        }
        return made;
    }

    /** The first of a state's edges that has a character from {@code low} on. */
    private int[] range(int from, int low, int size) {
        int[] row = edges.get(from);
        for (int i = 0; i < row.length; i += 3) {
            if (row[i] < low + size && row[i + 1] >= low) {
                return new int[] {row[i], row[i + 1], row[i + 2]};
            }
        }
        return NOTHING;
    }

    private int target(int from, int c) {
        int[] range = range(from, c, 1);
        return range.length == 0 ? -1 : range[2];
    }
}
