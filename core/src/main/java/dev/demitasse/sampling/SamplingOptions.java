package dev.demitasse.sampling;

import java.util.Map;

/**
 * Parameters of the choice of the next token.
 *
 * @param temperature divides the logits; 0 always chooses the most probable token
 * @param topK keeps this number of most probable tokens ({@link TopK}); 0 for all
 * @param topP keeps the most probable tokens whose probabilities add up to this ({@link TopP}); 1 for all
 * @param minP keeps tokens with at least this fraction of the highest probability ({@link MinP}); 0 for all
 * @param repetitionPenalty divides positive and multiplies negative logits of tokens that have occurred ({@link Penalties}); 1
 *     for none
 * @param frequencyPenalty is subtracted from a token's logit for each time it was generated; 0 for none
 * @param presencePenalty is subtracted once from the logit of every token that was generated; 0 for none
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
    /** Always the most probable token. */
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
