package dev.demitasse.sampling;

/**
 * Log probabilities of a chosen token and of the most probable ones: natural logarithms, before any penalty, bias, filter or
 * temperature.
 *
 * @param chosen log probability of the chosen token
 * @param topIds the most probable tokens, in descending order
 * @param top their log probabilities
 */
public record LogProbs(float chosen, int[] topIds, float[] top) {
    /**
     * Computes log probabilities.
     *
     * @param logits one for each id
     * @param id the chosen token
     * @param count number of most probable tokens
     */
    public static LogProbs of(float[] logits, int id, int count) {
        Ranking ranking = new Ranking();
        ranking.orderAll(logits);
        float max = ranking.logit(0);
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - max);
        }
        double logSum = max + Math.log(sum);
        int[] topIds = new int[Math.min(count, ranking.count())];
        float[] top = new float[topIds.length];
        for (int rank = 0; rank < topIds.length; rank++) {
            topIds[rank] = ranking.id(rank);
            top[rank] = (float) (ranking.logit(rank) - logSum);
        }
        return new LogProbs((float) (logits[id] - logSum), topIds, top);
    }
}
