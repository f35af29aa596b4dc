package dev.demitasse.grammar.automaton;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Counts the characters of JSON strings: for each state of an automaton, how many must still begin. */
public final class Characters {
    /** The characters of {@link JsonStrings#TEXT}. */
    public static final Characters OF_TEXT = textCharacters();

    private static final long CHARACTER = 1L << 32;
    private static final long FAR = Long.MAX_VALUE;

    private final boolean[] boundary;

    /** For each state, the minimum number of characters to the end times {@link #CHARACTER}, plus the bytes of that text. */
    private final long[] costs;

    private Characters(boolean[] boundary, long[] costs) {
        this.boundary = boundary;
        this.costs = costs;
    }

    private static Characters textCharacters() {
        Characters characters = of(JsonStrings.TEXT);
        if (characters == null) {
            throw new IllegalStateException("a state of the automaton of strings is within and between characters");
        }
        return characters;
    }

    /** Returns the characters of an automaton of JSON strings, or null if a state is both within and between characters. */
    public static @Nullable Characters of(Dfa strings) {
        int[] text = new int[strings.size()]; // the state of TEXT in each state
        Arrays.fill(text, Automaton.NONE);
        text[0] = 0;
        ArrayDeque<Integer> open = new ArrayDeque<>();
        open.add(0);
        while (!open.isEmpty()) {
            int state = open.removeFirst();
            for (int b = 0; b < 256; b++) {
                int next = strings.next(state, b);
                if (next == Automaton.NONE) {
                    continue;
                }
                int textNext = JsonStrings.TEXT.next(text[state], b);
                if (text[next] == Automaton.NONE) {
                    text[next] = textNext;
                    open.add(next);
                } else if ((text[next] == JsonStrings.CONTENT) != (textNext == JsonStrings.CONTENT)) {
                    return null;
                }
            }
        }
        boolean[] boundary = new boolean[text.length];
        for (int i = 0; i < text.length; i++) {
            boundary[i] = text[i] == JsonStrings.CONTENT;
        }
        return new Characters(boundary, costs(strings, boundary));
    }

    /** Finds the costs by a search backwards from the accepting states (Dijkstra 1959). */
    private static long[] costs(Dfa strings, boolean[] boundary) {
        int states = boundary.length;
        int[][] before = strings.predecessors();
        long[] costs = new long[states];
        Arrays.fill(costs, FAR);
        PriorityQueue<long[]> open = new PriorityQueue<>((a, b) -> Long.compare(a[0], b[0]));
        for (int i = 0; i < states; i++) {
            if (strings.accepts(i)) {
                costs[i] = 0;
                open.add(new long[] {0, i});
            }
        }
        while (!open.isEmpty()) {
            long[] nearest = open.remove();
            int to = (int) nearest[1];
            if (nearest[0] > costs[to]) {
                continue;
            }
            for (int from : before[to]) {
                long cost = nearest[0] + step(boundary, strings, from, to);
                if (cost < costs[from]) {
                    costs[from] = cost;
                    open.add(new long[] {cost, from});
                }
            }
        }
        return costs;
    }

    private static long step(boolean[] boundary, Automaton strings, int from, int to) {
        return boundary[from] && !strings.accepts(to) ? CHARACTER + 1 : 1;
    }

    /** Returns whether a character begins with the byte that leads from one state to another one. */
    public boolean begins(Automaton strings, int from, int to) {
        return boundary[from] && !strings.accepts(to);
    }

    /** Returns the minimum number of characters that must begin between a state and the end. */
    public long min(int state) {
        return costs[state] / CHARACTER;
    }

    /** Returns the minimum number of characters that must begin after a state, or 0 if they are not counted. */
    public static int needed(@Nullable Characters counted, int state) {
        return counted == null ? 0 : (int) counted.min(state);
    }

    /** Returns the number of bytes to the end with the minimum number of characters. */
    public int distance(int state) {
        return (int) (costs[state] % CHARACTER);
    }

    /** Returns whether the shortest way to the end, of those with the minimum number of characters, leads to a state. */
    public boolean isOnPath(Automaton strings, int from, int to) {
        return costs[to] != FAR && costs[from] == costs[to] + step(boundary, strings, from, to);
    }
}
