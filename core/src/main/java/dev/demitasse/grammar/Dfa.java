package dev.demitasse.grammar;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/** A deterministic automaton over bytes. State 0 is its start. */
final class Dfa extends Terminal {
    private final byte[] classes; // of each byte value
    private final int width; // classes
    private final int[] table; // states × classes; -1 where there is no way on
    private final boolean[] accepting;

    private Dfa(byte[] classes, int width, int[] table, boolean[] accepting) {
        this.classes = classes;
        this.width = width;
        this.table = table;
        this.accepting = accepting;
    }

    /** Just this text. */
    static Dfa literal(String text) {
        return literals(List.of(text));
    }

    /** Any of these texts. */
    static Dfa literals(Collection<String> texts) {
        Builder builder = new Builder();
        for (String text : texts) {
            int at = 0;
            for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
                int next = builder.to(at, b & 0xff);
                if (next < 0) {
                    next = builder.state();
                    builder.edge(at, b & 0xff, b & 0xff, next);
                }
                at = next;
            }
            builder.accept(at);
        }
        return builder.build();
    }

    @Override
    long next(long state, int b) {
        return table[(int) state * width + (classes[b] & 0xff)];
    }

    @Override
    boolean accepts(long state) {
        return accepting[(int) state];
    }

    @Override
    Distances distances(boolean[] available) {
        boolean[] open = new boolean[width];
        for (int b = 0; b < classes.length; b++) {
            open[classes[b] & 0xff] |= available[b];
        }
        int states = accepting.length;
        int[] first = new int[states + 1]; // of the edges that lead to a state
        for (int edge = 0; edge < table.length; edge++) {
            if (table[edge] >= 0 && open[edge % width]) {
                first[table[edge] + 1]++;
            }
        }
        for (int i = 0; i < states; i++) {
            first[i + 1] += first[i];
        }
        int[] from = new int[first[states]];
        int[] filled = first.clone();
        for (int edge = 0; edge < table.length; edge++) {
            if (table[edge] >= 0 && open[edge % width]) {
                from[filled[table[edge]]++] = edge / width;
            }
        }
        int[] distance = new int[states];
        Arrays.fill(distance, -1);
        int[] queue = new int[states];
        int end = 0;
        for (int i = 0; i < states; i++) {
            if (accepting[i]) {
                distance[i] = 0;
                queue[end++] = i;
            }
        }
        for (int i = 0; i < end; i++) {
            for (int k = first[queue[i]]; k < first[queue[i] + 1]; k++) {
                if (distance[from[k]] < 0) {
                    distance[from[k]] = distance[queue[i]] + 1;
                    queue[end++] = from[k];
                }
            }
        }
        return state -> distance[(int) state] < 0 ? NEVER : distance[(int) state];
    }

    /** Makes one, state by state; the start is there already. */
    static final class Builder {
        private static final int MAX_STATES = 10_000;

        private final List<int[]> rows = new ArrayList<>();
        private boolean[] accepting = new boolean[16];

        Builder() {
            state();
        }

        int state() {
            if (rows.size() == MAX_STATES) {
                throw new TooLargeException("needs an automaton of more than " + MAX_STATES + " states");
            }
            int[] row = new int[256];
            Arrays.fill(row, -1);
            rows.add(row);
            return rows.size() - 1;
        }

        /** Leads from a state to another by the bytes from {@code low} to {@code high}. */
        void edge(int from, int low, int high, int to) {
            Arrays.fill(rows.get(from), low, high + 1, to);
        }

        void edges(int from, String bytes, int to) {
            for (int i = 0; i < bytes.length(); i++) {
                edge(from, bytes.charAt(i), bytes.charAt(i), to);
            }
        }

        int to(int from, int b) {
            return rows.get(from)[b];
        }

        void accept(int state) {
            if (state >= accepting.length) {
                accepting = Arrays.copyOf(accepting, Math.max(2 * accepting.length, state + 1));
            }
            accepting[state] = true;
        }

        int states() {
            return rows.size();
        }

        boolean accepts(int state) {
            return state < accepting.length && accepting[state];
        }

        Dfa build() {
            int states = rows.size();
            byte[] classes = new byte[256];
            int[] example = new int[256];
            int width = 0;
            for (int b = 0; b < 256; b++) {
                int found = 0;
                while (found < width && !same(example[found], b)) {
                    found++;
                }
                if (found == width) {
                    example[width++] = b;
                }
                classes[b] = (byte) found;
            }
            int[] table = new int[states * width];
            for (int i = 0; i < states; i++) {
                for (int k = 0; k < width; k++) {
                    table[i * width + k] = rows.get(i)[example[k]];
                }
            }
            return new Dfa(classes, width, table, Arrays.copyOf(accepting, states));
        }

        private boolean same(int a, int b) {
            for (int[] row : rows) {
                if (row[a] != row[b]) {
                    return false;
                }
            }
            return true;
        }
    }
}
