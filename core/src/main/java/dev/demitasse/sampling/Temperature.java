package dev.demitasse.sampling;

/** Draws the next token with the probabilities softmax(logits / temperature). */
final class Temperature {
    private final float temperature;
    private final SplitMix64 random;

    /**
     * Creates the last stage of a sampler.
     *
     * @param temperature above 0
     */
    Temperature(float temperature, long seed) {
        this.temperature = temperature;
        random = new SplitMix64(seed);
    }

    /** Returns one of the tokens that may come next. */
    int draw(Ranking ranking) {
        float max = ranking.logit(0);
        double total = 0;
        for (int rank = 0; rank < ranking.count(); rank++) {
            total += Math.exp((ranking.logit(rank) - max) / temperature);
        }
        double rest = random.nextDouble() * total;
        int last = ranking.count() - 1;
        for (int rank = 0; rank < last; rank++) {
            rest -= Math.exp((ranking.logit(rank) - max) / temperature);
            if (rest < 0) {
                return ranking.id(rank);
            }
        }
        return ranking.id(last);
    }

    /** Consumes the random number of one draw. */
    void skip() {
        random.nextDouble();
    }
}
