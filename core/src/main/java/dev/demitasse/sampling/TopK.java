package dev.demitasse.sampling;

/**
 * Keeps the {@code k} most probable tokens (Fan et al. 2018, "Hierarchical Neural Story Generation").
 *
 * @param k at least 1
 */
record TopK(int k) implements Stage {
    @Override
    public boolean apply(Ranking ranking) {
        if (ranking.count() >= k) {
            ranking.keep(k);
        } else {
            ranking.forgetExpSum(); // some of the missing tokens are kept, others are not
        }
        return true;
    }
}
