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

    /** Accepts nothing. */
    public static final Dfa NOTHING = new Builder(new Budget()).build();

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

    /** Returns for each state those from which a byte leads to it. */
    int[][] predecessors() {
        int states = accepting.length;
        int[] counts = new int[states];
        for (int to : table) {
            if (to >= 0) {
                counts[to]++;
            }
        }
        int[][] before = new int[states][];
        for (int i = 0; i < states; i++) {
            before[i] = new int[counts[i]];
        }
        for (int edge = 0; edge < table.length; edge++) {
            if (table[edge] >= 0) {
                before[table[edge]][--counts[table[edge]]] = edge / classCount;
            }
        }
        return before;
    }

    /** Returns the automaton of a set of texts. */
    public static Dfa of(Words words, Budget budget) {
        return of(
                0,
                (state, b) -> {
                    int next = words.next(state, b);
                    return next == NONE ? null : (Integer) next;
                },
                words::accepts,
                budget);
    }

    /** Returns an automaton that accepts the texts that both accept. */
    public Dfa and(Dfa other, Budget budget) {
        return product(other, budget, false, false, (mine, theirs) -> mine && theirs);
    }

    /** Returns an automaton that accepts the texts that at least one accepts. */
    public Dfa or(Dfa other, Budget budget) {
        return product(other, budget, true, true, (mine, theirs) -> mine || theirs);
    }

    /** Returns an automaton that accepts the texts that this one accepts and the other one does not. */
    public Dfa minus(Dfa other, Budget budget) {
        return product(other, budget, false, true, (mine, theirs) -> mine && !theirs);
    }

    /** Combines whether each of two automata accepts a text. */
    private interface Combination {
        boolean accepts(boolean mine, boolean theirs);
    }

    /**
     * Returns an automaton that runs two automata at once.
     *
     * @param withoutMine whether to go on if this automaton does not
     * @param withoutTheirs whether to go on if the other automaton does not
     */
    private Dfa product(Dfa other, Budget budget, boolean withoutMine, boolean withoutTheirs, Combination combination) {
        return of(
                0L,
                (pair, b) -> {
                    int mine = mine(pair) < 0 ? NONE : next(mine(pair), b);
                    int theirs = theirs(pair) < 0 ? NONE : other.next(theirs(pair), b);
                    boolean ends = mine < 0 && (theirs < 0 || !withoutMine) || theirs < 0 && !withoutTheirs;
                    return ends ? null : (Long) ((long) mine << 32 | theirs & 0xffffffffL);
                },
                pair -> combination.accepts(
                        mine(pair) >= 0 && accepts(mine(pair)), theirs(pair) >= 0 && other.accepts(theirs(pair))),
                commonClasses(other),
                budget);
    }

    /** Returns for each byte value the first one with the same transitions in both automata. */
    int[] commonClasses(Dfa other) {
        int[] common = new int[256];
        Map<Integer, Integer> first = new HashMap<>();
        for (int b = 0; b < 256; b++) {
            int pair = (classes[b] & 0xff) << 8 | other.classes[b] & 0xff;
            Integer known = first.putIfAbsent(pair, b);
            common[b] = known == null ? b : known;
        }
        return common;
    }

    private static int mine(long pair) {
        return (int) (pair >> 32);
    }

    private static int theirs(long pair) {
        return (int) pair;
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

    private static int[] identity() {
        int[] classes = new int[256];
        for (int b = 0; b < 256; b++) {
            classes[b] = b;
        }
        return classes;
    }

    /** Builds an automaton of all states that a start state reaches. States are compared by {@code equals}. */
    static <S> Dfa of(S start, Step<S> step, Accepts<S> accepts, Budget budget) {
        return of(start, step, accepts, identity(), budget);
    }

    /**
     * Builds an automaton of all states that a start state reaches.
     *
     * @param classes for each byte value, the first byte value with the same transitions in all states
     */
    static <S> Dfa of(S start, Step<S> step, Accepts<S> accepts, int[] classes, Budget budget) {
        Builder builder = new Builder(classes, budget);
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
                S next = classes[b] == b ? step.next(state, b) : null;
                if (next != null) {
                    Integer known = numbers.get(next);
                    if (known == null) {
                        known = builder.state();
                        numbers.put(next, known);
                        states.add(next);
                    }
                    builder.edge(i, b, known);
                }
            }
        }
        return builder.build();
    }

    /** Builds an automaton state by state. State 0 exists from the beginning. */
    public static final class Builder {
        private static final int MAX_STATES = 40_000;

        private final Budget budget;
        private final int[] columns = new int[256]; // of each byte value
        private final int columnCount;
        private final List<int[]> rows = new ArrayList<>();
        private boolean[] accepting = new boolean[16];

        public Builder(Budget budget) {
            this(identity(), budget);
        }

        /**
         * Creates a builder with one column for each class of bytes.
         *
         * @param classes for each byte value, the first byte value with the same transitions in all states
         */
        private Builder(int[] classes, Budget budget) {
            this.budget = budget;
            int count = 0;
            for (int b = 0; b < 256; b++) {
                columns[b] = classes[b] == b ? count++ : columns[classes[b]];
            }
            columnCount = count;
            state();
        }

        /** Adds a state, and returns its number. */
        public int state() {
            budget.spend(20 + columnCount);
            if (rows.size() == MAX_STATES) {
                throw new TooLargeException("needs an automaton of more than " + MAX_STATES + " states");
            }
            int[] row = new int[columnCount];
            Arrays.fill(row, NONE);
            rows.add(row);
            return rows.size() - 1;
        }

        /** Adds transitions for the bytes from {@code low} to {@code high}. */
        public void edge(int from, int low, int high, int to) {
            for (int b = low; b <= high; b++) {
                edge(from, b, to);
            }
        }

        private void edge(int from, int b, int to) {
            rows.get(from)[columns[b]] = to;
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
            int[] classOf = new int[columnCount];
            int[] examples = new int[columnCount];
            int classCount = 0;
            Map<Long, Integer> known = new HashMap<>();
            for (int column = 0; column < columnCount; column++) {
                long hash = 0;
                for (int[] row : rows) {
                    hash = Key.mix(hash, row[column]);
                }
                Integer found = known.putIfAbsent(hash, classCount);
                if (found == null) {
                    examples[classCount] = column;
                    found = classCount++;
                }
                classOf[column] = found;
            }
            byte[] classes = new byte[256];
            for (int b = 0; b < 256; b++) {
                classes[b] = (byte) classOf[columns[b]];
            }
            int[] table = new int[states * classCount];
            for (int i = 0; i < states; i++) {
                int[] row = rows.get(i);
                for (int k = 0; k < classCount; k++) {
                    table[i * classCount + k] = row[examples[k]];
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
