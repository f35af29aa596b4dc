package dev.demitasse.sampling;

/**
 * Keeps the most probable tokens until their probabilities add up to {@code p} (Holtzman et al. 2020, "The Curious Case of Neural
 * Text Degeneration").
 *
 * @param p above 0 and below 1
 */
record TopP(float p) implements Stage {
    @Override
    public boolean apply(Ranking ranking) {
        double enough = p * ranking.expSum();
        float max = ranking.logit(0);
        double sum = 0;
        for (int rank = 0; rank < ranking.count(); rank++) {
            sum += Math.exp(ranking.logit(rank) - max);
            if (sum >= enough) { // never if the sum of all is not known
                ranking.keep(rank + 1);
            }
        }
        return ranking.isComplete();
    }
}
