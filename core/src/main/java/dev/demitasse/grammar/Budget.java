package dev.demitasse.grammar;

/** How much work and memory one grammar may take, so that a hostile schema takes no more than a large one. */
final class Budget {
    private long left = 20_000_000;

    /**
     * @param steps of a few nanoseconds each
     * @throws TooLargeException when more has been spent than there was
     */
    void spend(long steps) {
        left -= steps;
        if (left < 0) {
            throw new TooLargeException("takes too much work");
        }
    }
}
