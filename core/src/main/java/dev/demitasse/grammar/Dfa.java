package dev.demitasse.grammar;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.PriorityQueue;

/** A deterministic automaton over bytes. State 0 is its start. */
final class Dfa extends Terminal {
    static final int CHARACTER_BITS = 24;

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
    boolean ends(long state) {
        for (int i = (int) state * width; i < ((int) state + 1) * width; i++) {
            if (table[i] >= 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    boolean accepts(long state) {
        return accepting[(int) state];
    }

    /** Whether it has no text at all. */
    boolean isEmpty() {
        return distances(allBytes()).from(0) == NEVER;
    }

    /** Takes away what leads nowhere. */
    private Dfa trimmed() {
        Distances distances = distances(allBytes());
        for (int i = 0; i < table.length; i++) {
            if (table[i] >= 0 && distances.from(table[i]) == NEVER) {
                table[i] = -1;
            }
        }
        return this;
    }

    static boolean[] allBytes() {
        boolean[] all = new boolean[256];
        Arrays.fill(all, true);
        return all;
    }

    /** Which states lead to each: those to state i are {@code from[first[i]]} to {@code from[first[i + 1] - 1]}. */
    private final class Backwards {
        final int[] first = new int[accepting.length + 1];
        final int[] from;

        Backwards(boolean[] available) {
            boolean[] open = new boolean[width];
            for (int b = 0; b < classes.length; b++) {
                open[classes[b] & 0xff] |= available[b];
            }
            for (int edge = 0; edge < table.length; edge++) {
                if (table[edge] >= 0 && open[edge % width]) {
                    first[table[edge] + 1]++;
                }
            }
            for (int i = 0; i < accepting.length; i++) {
                first[i + 1] += first[i];
            }
            from = new int[first[accepting.length]];
            int[] filled = first.clone();
            for (int edge = 0; edge < table.length; edge++) {
                if (table[edge] >= 0 && open[edge % width]) {
                    from[filled[table[edge]]++] = edge / width;
                }
            }
        }
    }

    /**
     * The fewest characters to an end and, of the ways with so few, the fewest bytes: characters times 2^{@link
     * #CHARACTER_BITS} plus bytes, or {@link #NEVER}.
     *
     * @param whole of each state, whether a character ends where it is reached
     */
    long[] costs(boolean[] available, boolean[] whole) {
        Backwards backwards = new Backwards(available);
        long[] costs = new long[accepting.length];
        Arrays.fill(costs, NEVER);
        PriorityQueue<long[]> queue = new PriorityQueue<>((a, b) -> Long.compare(a[0], b[0]));
        for (int i = 0; i < accepting.length; i++) {
            if (accepting[i]) {
                costs[i] = 0;
                queue.add(new long[] {0, i});
            }
        }
        while (!queue.isEmpty()) {
            long[] nearest = queue.remove();
            int to = (int) nearest[1];
            if (nearest[0] > costs[to]) {
                continue;
            }
            for (int k = backwards.first[to]; k < backwards.first[to + 1]; k++) {
                int from = backwards.from[k];
                long cost = nearest[0] + 1 + (from != 0 && whole[to] ? 1L << CHARACTER_BITS : 0);
                if (cost < costs[from]) {
                    costs[from] = cost;
                    queue.add(new long[] {cost, from});
                }
            }
        }
        return costs;
    }

    @Override
    Distances distances(boolean[] available) {
        Backwards backwards = new Backwards(available);
        int[] first = backwards.first;
        int[] from = backwards.from;
        int states = accepting.length;
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
            return new Dfa(classes, width, table, Arrays.copyOf(accepting, states)).trimmed();
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
