package dev.demitasse.grammar.automaton;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An automaton as a transition table with one column for each class of equivalent bytes. */
public final class Dfa extends Automaton {
    private static final int FAR = Integer.MAX_VALUE;

    private final byte[] classes; // class of each byte value
    private final int classCount;
    private final int[] table; // [states × classCount]
    private final boolean[] accepting;
    private final int[] distances;
    private final boolean[] continuing;

    private Dfa(byte[] classes, int classCount, int[] table, boolean[] accepting, int[] distances) {
        this.classes = classes;
        this.classCount = classCount;
        this.table = table;
        this.accepting = accepting;
        this.distances = distances;
        continuing = new boolean[accepting.length];
        for (int i = 0; i < table.length; i++) {
            if (table[i] >= 0 && distances[table[i]] == FAR) {
                table[i] = NONE;
            }
            continuing[i / classCount] |= table[i] >= 0;
        }
    }

    @Override
    public int next(int state, int b) {
        return table[state * classCount + (classes[b] & 0xff)];
    }

    @Override
    public boolean accepts(int state) {
        return accepting[state];
    }

    @Override
    public boolean continues(int state) {
        return continuing[state];
    }

    @Override
    public int distance(int state) {
        return distances[state];
    }

    @Override
    public long distance() {
        return distances[0] == FAR ? Distance.NEVER : distances[0];
    }

    @Override
    public int size() {
        return accepting.length;
    }

    /** Returns whether the automaton accepts nothing. */
    public boolean isEmpty() {
        return distances[0] == FAR;
    }

    /** Returns an automaton that accepts the texts that both accept. */
    public Dfa and(Dfa other, Budget budget) {
        return of(
                0L,
                (pair, b) -> {
                    int mine = next((int) (pair >> 32), b);
                    int theirs = mine < 0 ? NONE : other.next((int) (long) pair, b);
                    return theirs < 0 ? null : (long) mine << 32 | theirs;
                },
                pair -> accepts((int) (pair >> 32)) && other.accepts((int) (long) pair),
                budget);
    }

    /** The transitions of an automaton. */
    interface Step<S> {
        /** Returns the state after a byte, or null if the byte is not allowed. */
        @Nullable
        S next(S state, int b);
    }

    /** The accepting states of an automaton. */
    interface Accepts<S> {
        boolean accepts(S state);
    }

    /** Builds an automaton of all states that a start state reaches. States are compared by {@code equals}. */
    static <S> Dfa of(S start, Step<S> step, Accepts<S> accepts, Budget budget) {
        int[] classes = new int[256];
        for (int b = 0; b < 256; b++) {
            classes[b] = b;
        }
        return of(start, step, accepts, classes, budget);
    }

    /**
     * Builds an automaton of all states that a start state reaches.
     *
     * @param classes for each byte value, the first byte value with the same transitions in all states
     */
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

    /** Builds an automaton state by state. State 0 exists from the beginning. */
    public static final class Builder {
        private static final int MAX_STATES = 10_000;

        private final Budget budget;
        private final List<int[]> rows = new ArrayList<>();
        private boolean[] accepting = new boolean[16];

        public Builder(Budget budget) {
            this.budget = budget;
            state();
        }

        /** Adds a state, and returns its number. */
        public int state() {
            budget.spend(256);
            if (rows.size() == MAX_STATES) {
                throw new TooLargeException("needs an automaton of more than " + MAX_STATES + " states");
            }
            int[] row = new int[256];
            Arrays.fill(row, NONE);
            rows.add(row);
            return rows.size() - 1;
        }

        /** Adds transitions for the bytes from {@code low} to {@code high}. */
        public void edge(int from, int low, int high, int to) {
            Arrays.fill(rows.get(from), low, high + 1, to);
        }

        private int to(int from, int b) {
            return rows.get(from)[b];
        }

        /** Adds transitions for the characters of a text, which must be ASCII. */
        void edges(int from, String bytes, int to) {
            for (int i = 0; i < bytes.length(); i++) {
                edge(from, bytes.charAt(i), bytes.charAt(i), to);
            }
        }

        /** Makes a state accepting. */
        public void accept(int state) {
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

        public Dfa build() {
            int states = rows.size();
            byte[] classes = new byte[256];
            List<Integer> examples = new ArrayList<>();
            Map<Long, Integer> known = new HashMap<>();
            for (int b = 0; b < 256; b++) {
                long hash = 0;
                for (int[] row : rows) {
                    hash = Key.mix(hash, row[b]);
                }
                Integer found = known.putIfAbsent(hash, examples.size());
                if (found == null) {
                    found = examples.size();
                    examples.add(b);
                }
                classes[b] = (byte) (int) found;
            }
            int classCount = examples.size();
            int[] table = new int[states * classCount];
            for (int i = 0; i < states; i++) {
                for (int k = 0; k < classCount; k++) {
                    table[i * classCount + k] = rows.get(i)[examples.get(k)];
                }
            }
            boolean[] ends = Arrays.copyOf(accepting, states);
            return new Dfa(classes, classCount, table, ends, distances(table, classCount, ends));
        }

        /** Returns the distance of each state, by a breadth-first search backwards from the accepting states. */
        private static int[] distances(int[] table, int classCount, boolean[] accepting) {
            int states = accepting.length;
            int[] first = new int[states + 1]; // index in `from` of the edges that lead to a state
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
                    from[filled[table[edge]]++] = edge / classCount;
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
