package dev.demitasse.grammar;

/** A part of a grammar. Where a text stands within one is a number, the rule's state; 0 is before its first byte. */
abstract sealed class Rule permits Terminal, Composite {
    /** A distance without end: there is no way on. Sums of a few of them are still below a long's end. */
    static final long NEVER = 1L << 61;

    /**
     * A state that behaves as this one does for the next {@code bytes} bytes, the same for as many states as may be:
     * far from its limits, a counter's value doesn't matter.
     */
    long canonical(long state, int bytes) {
        return state;
    }

    static long sum(long a, long b) {
        return Math.min(a + b, NEVER);
    }

    static long product(long a, long b) {
        return a == 0 || b == 0 ? 0 : a >= NEVER / b ? NEVER : a * b;
    }
}
