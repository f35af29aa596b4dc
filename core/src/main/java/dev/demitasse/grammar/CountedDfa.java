package dev.demitasse.grammar;

/**
 * An automaton of JSON strings, and a limit to their characters. A state is the number of characters before it and, in
 * the low bits, the automaton's state.
 */
final class CountedDfa extends Terminal {
    private static final int STATE_BITS = 20;
    private static final long STATE = (1 << STATE_BITS) - 1;

    private final Dfa dfa;
    private final boolean[] whole;
    private final long[] costs;
    private final int mostToEnd;
    private final long max;

    /** @param whole of each state, whether it is reached by a character's last byte, or is where the first one begins */
    CountedDfa(Dfa dfa, boolean[] whole, long max) {
        this.dfa = dfa;
        this.whole = whole;
        this.max = max;
        costs = dfa.costs(Dfa.allBytes(), whole);
        int most = 0;
        for (long cost : costs) {
            most = cost == NEVER ? most : Math.max(most, characters(cost));
        }
        mostToEnd = most;
    }

    private static int characters(long cost) {
        return (int) (cost >> Dfa.CHARACTER_BITS);
    }

    private boolean fits(long state, long[] costs) {
        long cost = costs[(int) (state & STATE)];
        return cost != NEVER && (state >> STATE_BITS) + characters(cost) <= max;
    }

    @Override
    long next(long state, int b) {
        long from = state & STATE;
        long to = dfa.next(from, b);
        if (to == NONE) {
            return NONE;
        }
        long count = (state >> STATE_BITS) + (from != 0 && whole[(int) to] ? 1 : 0);
        long next = count << STATE_BITS | to;
        return fits(next, costs) ? next : NONE;
    }

    @Override
    boolean accepts(long state) {
        return dfa.accepts(state & STATE);
    }

    @Override
    boolean ends(long state) {
        return dfa.ends(state & STATE);
    }

    @Override
    long canonical(long state, int bytes) {
        return max - (state >> STATE_BITS) > (long) bytes + mostToEnd ? state & STATE : state;
    }

    /** Of the ways with the fewest characters, which always fit, that with the fewest bytes. */
    @Override
    Distances distances(boolean[] available) {
        long[] costs = dfa.costs(available, whole);
        return state -> fits(state, costs) ? costs[(int) (state & STATE)] & ((1L << Dfa.CHARACTER_BITS) - 1) : NEVER;
    }
}
