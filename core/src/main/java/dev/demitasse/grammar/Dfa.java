package dev.demitasse.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An automaton as a table. */
final class Dfa extends Automaton {
    private static final int FAR = Integer.MAX_VALUE;

    private final byte[] classes; // of each byte value
    private final int width; // classes
    private final int[] table; // states × classes
    private final boolean[] accepting;
    private final int[] distances;
    private final boolean[] continuing;

    private Dfa(byte[] classes, int width, int[] table, boolean[] accepting, int[] distance) {
        super(accepting.length);
        this.classes = classes;
        this.width = width;
        this.table = table;
        this.accepting = accepting;
        distances = distance;
        continuing = new boolean[accepting.length];
        for (int i = 0; i < table.length; i++) {
            if (table[i] >= 0 && distance[table[i]] == FAR) {
                table[i] = NONE;
            }
            continuing[i / width] |= table[i] >= 0;
        }
        this.distance = distance[0] == FAR ? NEVER : distance[0];
    }

    @Override
    int next(int state, int b) {
        return table[state * width + (classes[b] & 0xff)];
    }

    @Override
    boolean accepts(int state) {
        return accepting[state];
    }

    @Override
    boolean continues(int state) {
        return continuing[state];
    }

    @Override
    int distance(int state) {
        return distances[state];
    }

    boolean isEmpty() {
        return distance == NEVER;
    }

    /** The texts of both. */
    Dfa and(Dfa other, Budget budget) {
        return of(
                0L,
                (pair, b) -> {
                    int mine = next((int) (pair >> 32), b);
                    int its = mine < 0 ? NONE : other.next((int) (long) pair, b);
                    return its < 0 ? null : (long) mine << 32 | its;
                },
                pair -> accepts((int) (pair >> 32)) && other.accepts((int) (long) pair),
                budget);
    }

    /** What a byte leads to. */
    interface Step<S> {
        /** Null if the byte may not come. */
        @Nullable
        S next(S state, int b);
    }

    /** Which states accept. */
    interface Accepts<S> {
        boolean accepts(S state);
    }

    /** An automaton of any states that can be told apart by {@code equals}. */
    static <S> Dfa of(S start, Step<S> step, Accepts<S> accepts, Budget budget) {
        int[] classes = new int[256];
        for (int b = 0; b < 256; b++) {
            classes[b] = b;
        }
        return of(start, step, accepts, classes, budget);
    }

    /** @param classes of each byte value, the first that leads to the same states from all */
    static <S> Dfa of(S start, Step<S> step, Accepts<S> accepts, int[] classes, Budget budget) {
        Builder builder = new Builder(budget);
        Map<S, Integer> numbers = new HashMap<>();
        List<S> states = new ArrayList<>();
        numbers.put(start, 0);
        states.add(start);
        for (int i = 0; i < states.size(); i++) {
            S state = states.get(i);
            if (accepts.accepts(state)) {
                builder.accept(i);
            }
            for (int b = 0; b < 256; b++) {
                if (classes[b] != b) {
                    builder.edge(i, b, b, builder.to(i, classes[b]));
                    continue;
                }
                S next = step.next(state, b);
                if (next != null) {
                    Integer known = numbers.get(next);
                    if (known == null) {
                        known = builder.state();
                        numbers.put(next, known);
                        states.add(next);
                    }
                    builder.edge(i, b, b, known);
                }
            }
        }
        return builder.build();
    }

    /** Makes one, state by state; the start is there already. */
    static final class Builder {
        private static final int MAX_STATES = 10_000;

        private final Budget budget;
        private final List<int[]> rows = new ArrayList<>();
        private boolean[] accepting = new boolean[16];

        Builder(Budget budget) {
            this.budget = budget;
            state();
        }

        int state() {
            budget.spend(256);
            if (rows.size() == MAX_STATES) {
                throw new TooLargeException("needs an automaton of more than " + MAX_STATES + " states");
            }
            int[] row = new int[256];
            Arrays.fill(row, NONE);
            rows.add(row);
            return rows.size() - 1;
        }

        /** Leads from a state to another by the bytes from {@code low} to {@code high}. */
        void edge(int from, int low, int high, int to) {
            Arrays.fill(rows.get(from), low, high + 1, to);
        }

        int to(int from, int b) {
            return rows.get(from)[b];
        }

        void edges(int from, String bytes, int to) {
            for (int i = 0; i < bytes.length(); i++) {
                edge(from, bytes.charAt(i), bytes.charAt(i), to);
            }
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
            List<Integer> examples = new ArrayList<>();
            Map<Long, Integer> known = new HashMap<>();
            for (int b = 0; b < 256; b++) {
                long hash = 0;
                for (int[] row : rows) {
                    hash = mix(hash, row[b]);
                }
                Integer found = known.putIfAbsent(hash, examples.size());
                if (found == null) {
                    found = examples.size();
                    examples.add(b);
                }
                classes[b] = (byte) (int) found;
            }
            int width = examples.size();
            int[] table = new int[states * width];
            for (int i = 0; i < states; i++) {
                for (int k = 0; k < width; k++) {
                    table[i * width + k] = rows.get(i)[examples.get(k)];
                }
            }
            boolean[] ends = Arrays.copyOf(accepting, states);
            return new Dfa(classes, width, table, ends, distances(table, width, ends));
        }

        /** Breadth first, from the accepting states backwards. */
        private static int[] distances(int[] table, int width, boolean[] accepting) {
            int states = accepting.length;
            int[] first = new int[states + 1]; // of the edges that lead to a state
            for (int to : table) {
                if (to >= 0) {
                    first[to + 1]++;
                }
            }
            for (int i = 0; i < states; i++) {
                first[i + 1] += first[i];
            }
            int[] from = new int[first[states]];
            int[] filled = first.clone();
            for (int edge = 0; edge < table.length; edge++) {
                if (table[edge] >= 0) {
                    from[filled[table[edge]]++] = edge / width;
                }
            }
            int[] distance = new int[states];
            Arrays.fill(distance, FAR);
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
                    if (distance[from[k]] == FAR) {
                        distance[from[k]] = distance[queue[i]] + 1;
                        queue[end++] = from[k];
                    }
                }
            }
            return distance;
        }
    }
}
