package dev.demitasse.sampling;

/**
 * The likeliest tokens of a vocabulary, in any order: enough to choose one from in most cases, and much less to read back
 * from a device than all logits.
 *
 * @param ids of the tokens; among them is the one with the greatest logit, of equals the one with the lowest id
 * @param logits of these ids
 * @param count of entries of both that count; 0 if a logit of the vocabulary is not a number
 * @param threshold every token with a logit above it is among the entries; of those equal to it, any may be missing. Minus
 *     infinity if no possible token is missing
 * @param expSum Σ exp(logit − greatest logit) over the whole vocabulary; may be NaN with one entry
 */
public record TopLogits(int[] ids, float[] logits, int count, float threshold, double expSum) {}
