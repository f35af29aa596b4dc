package dev.demitasse.grammar.automaton;

/** Numbers of bytes to the end of a shortest text. */
public final class Distance {
    /** The distance if there is no text, and the value of a limit that does not exist. Sums of a few do not overflow. */
    public static final long NEVER = 1L << 50;

    private Distance() {}

    /** Returns {@code a + b}, at most {@link #NEVER}. */
    public static long sum(long a, long b) {
        return Math.min(a + b, NEVER);
    }

    /** Returns {@code a · b}, at most {@link #NEVER}. */
    public static long product(long a, long b) {
        return a == 0 || b == 0 ? 0 : a >= NEVER / b ? NEVER : a * b;
    }
}
