package dev.demitasse.sampling;

/**
 * The highest logits, in any order. They nearly always suffice to choose a token, and take much less time to read back from a
 * device than all logits.
 *
 * @param ids tokens, including the one with the highest logit, the lowest id of equal ones
 * @param logits of these ids
 * @param count number of valid entries of both arrays; 0 if a logit of the vocabulary is not a number
 * @param threshold every token with a logit above it has an entry, while tokens with a logit equal to it may be missing; minus
 *     infinity if no possible token is missing
 * @param expSum Σ exp(logit − highest logit) over the whole vocabulary; may be NaN with one entry
 */
public record TopLogits(int[] ids, float[] logits, int count, float threshold, double expSum) {}
