package dev.demitasse.sampling;

import java.util.Map;

/**
 * How the next token is chosen.
 *
 * @param temperature divides the logits; 0 always takes the likeliest token
 * @param topK keeps this many of the likeliest tokens; 0 for all
 * @param topP keeps the likeliest tokens whose probabilities first add up to this (Holtzman et al. 2020, "The Curious Case
 *     of Neural Text Degeneration"); 1 for all
 * @param minP keeps tokens at least this fraction as likely as the likeliest (Nguyen et al. 2024, "Min-p Sampling"); 0 for
 *     all
 * @param repetitionPenalty divides positive and multiplies negative logits of tokens seen (Keskar et al. 2019, "CTRL"); 1
 *     for none
 * @param frequencyPenalty is taken from a token's logit for each time it was generated; 0 for none
 * @param presencePenalty is taken once from the logit of every token generated; 0 for none
 * @param logitBias is added to the logits of these ids
 * @param seed of the random numbers: the same seed gives the same answer
 */
public record SamplingOptions(
        float temperature,
        int topK,
        float topP,
        float minP,
        float repetitionPenalty,
        float frequencyPenalty,
        float presencePenalty,
        Map<Integer, Float> logitBias,
        long seed) {
    /** Always the likeliest token. */
    public static final SamplingOptions GREEDY = new SamplingOptions(0, 0, 1, 0, 1, 0, 0, Map.of(), 0);

    public SamplingOptions {
        require(temperature >= 0 && temperature < Float.POSITIVE_INFINITY, "temperature", temperature, "at least 0");
        require(topK >= 0, "topK", topK, "at least 0");
        require(topP > 0 && topP <= 1, "topP", topP, "above 0 and at most 1");
        require(minP >= 0 && minP <= 1, "minP", minP, "from 0 to 1");
        require(
                repetitionPenalty > 0 && repetitionPenalty < Float.POSITIVE_INFINITY,
                "repetitionPenalty",
                repetitionPenalty,
                "positive");
        require(Math.abs(frequencyPenalty) <= 2, "frequencyPenalty", frequencyPenalty, "from -2 to 2");
        require(Math.abs(presencePenalty) <= 2, "presencePenalty", presencePenalty, "from -2 to 2");
        logitBias = Map.copyOf(logitBias);
        logitBias.forEach((id, bias) -> require(id >= 0 && !bias.isNaN(), "logitBias of " + id, bias, "a number"));
    }

    private static void require(boolean sound, String name, Number value, String expected) {
        if (!sound) {
            throw new IllegalArgumentException(name + " is " + value + "; it must be " + expected);
        }
    }
}
