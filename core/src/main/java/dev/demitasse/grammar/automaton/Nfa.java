package dev.demitasse.grammar.automaton;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A non-deterministic automaton over the bytes of JSON strings, and the subset construction that makes it deterministic. */
class Nfa {
    private static final int MAX_STATES = 200_000;

    /** Kinds of edges that read no byte. */
    static final int EMPTY = -1;

    static final int AT_START = -2;
    static final int AT_END = -3;

    final Budget budget;
    private final List<int[]> edges = new ArrayList<>(); // for each state: (low, high, to) or (kind, kind, to)

    // The subset construction.
    private final Map<Subset, Subset> closures = new HashMap<>(); // of sets of states
    private final int[] following = new int[256]; // the first byte of the next class, or 256
    private final int[] counts = new int[256]; // of `targets`
    private final int[][] targets = new int[256][0]; // where `stepped` leads to, by the first byte of each class
    private @Nullable Subset stepped;
    private int[] marks = new int[0]; // by state, the last round of closure() that reached it
    private int round;

    /** The state after the closing quote. */
    final int end;

    Nfa(Budget budget) {
        this.budget = budget;
        end = state();
    }

    /** Adds a state, and returns its number. */
    final int state() {
        budget.spend(20);
        if (edges.size() == MAX_STATES) {
            throw new TooLargeException("needs an automaton of more than " + MAX_STATES + " states");
        }
        edges.add(new int[0]);
        return edges.size() - 1;
    }

    /** Adds an edge for a range of bytes, or one that reads no byte. */
    final void edge(int from, int low, int high, int to) {
        int[] old = edges.get(from);
        int[] more = Arrays.copyOf(old, old.length + 3);
        budget.spend(more.length / 3);
        more[old.length] = low;
        more[old.length + 1] = high;
        more[old.length + 2] = to;
        edges.set(from, more);
    }

    /** Adds an edge that reads no byte. */
    final void empty(int from, int to) {
        edge(from, EMPTY, EMPTY, to);
    }

    /**
     * Builds the automaton by the subset construction.
     *
     * @param last the state before the closing quote
     */
    final Dfa determined(Subset first, Dfa.Step<Subset> step, int last) {
        boolean[] ends = reaching(last);
        Subset accepting = new Subset(new int[] {end});
        return Dfa.of(
                first,
                (subset, b) -> b == '"' && subset.hasAny(ends) ? accepting : step.next(subset, b),
                subset -> Arrays.binarySearch(subset.states, end) >= 0,
                classes(),
                budget);
    }

    /** Returns the states from which the end of the text leads to a state without reading a byte. */
    private boolean[] reaching(int target) {
        boolean[] reaching = new boolean[edges.size()];
        reaching[target] = true;
        for (boolean changed = true; changed; ) {
            changed = false;
            for (int state = edges.size() - 1; state >= 0; state--) {
                int[] out = edges.get(state);
                budget.spend(1);
                for (int i = 0; i < out.length && !reaching[state]; i += 3) {
                    reaching[state] = (out[i] == EMPTY || out[i] == AT_END) && reaching[out[i + 2]];
                    changed |= reaching[state];
                }
            }
        }
        return reaching;
    }

    /** A set of states, in ascending order. */
    static final class Subset {
        final int[] states;

        Subset(int[] states) {
            this.states = states;
        }

        boolean hasAny(boolean[] set) {
            for (int state : states) {
                if (set[state]) {
                    return true;
                }
            }
            return false;
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

    @SuppressWarnings("ReferenceEquality") // the bytes of one subset are read one after the other
    final @Nullable Subset step(Subset subset, int b) {
        if (subset != stepped) {
            stepped = subset;
            Arrays.fill(counts, 0);
            for (int state : subset.states) {
                addTargets(edges.get(state));
            }
        }
        if (counts[b] == 0) {
            return null;
        }
        Subset raw = new Subset(Arrays.copyOf(targets[b], counts[b]));
        Subset closed = closures.get(raw);
        if (closed == null) {
            closed = closure(raw.states, EMPTY);
            closures.put(raw, closed);
        }
        return closed;
    }

    /** Adds where edges lead to, for the first byte of each class that they read. */
    private void addTargets(int[] out) {
        budget.spend(1 + out.length / 6);
        for (int i = 0; i < out.length; i += 3) {
            for (int b = out[i]; b >= 0 && b <= out[i + 1]; b = following[b]) {
                if (counts[b] == targets[b].length) {
                    targets[b] = Arrays.copyOf(targets[b], 2 * counts[b] + 4);
                }
                targets[b][counts[b]++] = out[i + 2];
                budget.spend(1);
            }
        }
    }

    /** Returns all states that are reached without reading a byte, over empty edges and edges of a kind. */
    final Subset closure(int[] from, int kind) {
        if (marks.length < edges.size()) {
            marks = Arrays.copyOf(marks, edges.size());
        }
        round++;
        int[] found = Arrays.copyOf(from, Math.max(8, 2 * from.length));
        int count = 0;
        for (int state : from) {
            count = mark(state) ? add(found, count, state) : count;
        }
        for (int next = 0; next < count; next++) {
            int[] out = edges.get(found[next]);
            budget.spend(2 + out.length / 6);
            for (int i = 0; i < out.length; i += 3) {
                if ((out[i] == EMPTY || out[i] == kind) && mark(out[i + 2])) {
                    found = count == found.length ? Arrays.copyOf(found, 2 * count) : found;
                    count = add(found, count, out[i + 2]);
                }
            }
        }
        int[] states = Arrays.copyOf(found, count);
        Arrays.sort(states);
        return new Subset(states);
    }

    private static int add(int[] states, int count, int state) {
        states[count] = state;
        return count + 1;
    }

    /** Returns whether a state is reached for the first time in this round. */
    private boolean mark(int state) {
        boolean isNew = marks[state] != round;
        marks[state] = round;
        return isNew;
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
        for (int b = 255, next = 256; b >= 0; b--) {
            following[b] = next;
            next = begins[b] || b == 0 ? b : next;
        }
        return classes;
    }
}
