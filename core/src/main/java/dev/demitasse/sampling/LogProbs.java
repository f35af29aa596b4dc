package dev.demitasse.sampling;

/**
 * How likely the model found a token, and the likeliest ones in its place: natural logarithms of probabilities, before any
 * penalty, bias, filter or temperature.
 *
 * @param chosen of the token that was chosen
 * @param topIds the likeliest tokens, likeliest first
 * @param top theirs
 */
public record LogProbs(float chosen, int[] topIds, float[] top) {
    /**
     * Of a token.
     *
     * @param logits one for each id
     * @param count of the likeliest tokens
     */
    public static LogProbs of(float[] logits, int id, int count) {
        Candidates candidates = new Candidates();
        candidates.clear(logits.length, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < logits.length; i++) {
            candidates.add(i, logits[i]);
        }
        candidates.order();
        float max = candidates.logit(0);
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - max);
        }
        double logSum = max + Math.log(sum);
        int[] topIds = new int[Math.min(count, candidates.size())];
        float[] top = new float[topIds.length];
        for (int rank = 0; rank < topIds.length; rank++) {
            topIds[rank] = candidates.id(rank);
            top[rank] = (float) (candidates.logit(rank) - logSum);
        }
        return new LogProbs((float) (logits[id] - logSum), topIds, top);
    }
}
