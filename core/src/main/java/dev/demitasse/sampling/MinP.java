package dev.demitasse.sampling;

/**
 * Keeps the tokens that are at least {@code p} times as probable as the most probable one (Nguyen et al. 2024, "Turning Up the
 * Heat: Min-p Sampling for Creative and Coherent LLM Outputs").
 *
 * @param p above 0 and at most 1
 */
record MinP(float p) implements Stage {
    @Override
    public boolean apply(Ranking ranking) {
        double min = ranking.logit(0) + Math.log(p);
        if (!ranking.isComplete() && ranking.bound() >= min) {
            return false;
        }
        int kept = 1;
        while (kept < ranking.count() && ranking.logit(kept) >= min) {
            kept++;
        }
        ranking.keep(kept);
        return true;
    }
}
