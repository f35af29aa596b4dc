package dev.demitasse.grammar;

/** A rule that reads bytes itself. */
abstract non-sealed class Terminal extends Rule {
    /** No state: the byte may not come here. */
    static final long NONE = -1;

    /** @param b from 0 to 255 */
    abstract long next(long state, int b);

    /** Whether the rule may end here. */
    abstract boolean accepts(long state);

    /** Whether no byte may come any more. */
    abstract boolean ends(long state);

    /**
     * @param available of each byte value, whether a token of just this byte exists
     */
    abstract Distances distances(boolean[] available);

    /** Fewest bytes to the rule's end, or {@link #NEVER}. */
    interface Distances {
        long from(long state);
    }
}
