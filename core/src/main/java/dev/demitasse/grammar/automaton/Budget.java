package dev.demitasse.grammar.automaton;

/** Limits the work and memory that one grammar takes, so that a hostile schema costs no more than a large one. */
public final class Budget {
    private long left = 20_000_000;

    /**
     * Takes steps from the budget.
     *
     * @param steps work of a few nanoseconds each
     * @throws TooLargeException if the budget is exhausted
     */
    public void spend(long steps) {
        left -= steps;
        if (left < 0) {
            throw new TooLargeException("takes too much work");
        }
    }
}
