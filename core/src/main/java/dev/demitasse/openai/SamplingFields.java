package dev.demitasse.openai;

import dev.demitasse.json.FieldException;
import dev.demitasse.json.JsonField;
import dev.demitasse.sampling.SamplingOptions;
import java.util.HashMap;
import java.util.Map;

/** The fields of a completion request that affect sampling. */
final class SamplingFields {
    private static final double MAX_TEMPERATURE = 2;
    private static final double MAX_REPETITION_PENALTY = 2;
    private static final double MAX_BIAS = 100;

    private SamplingFields() {}

    /**
     * Reads the fields.
     *
     * @param absent the values of absent fields, if OpenAI does not define any
     * @param seed the seed if the request has none
     */
    static SamplingOptions read(JsonField json, SamplingOptions absent, int vocabularySize, long seed) {
        JsonField topK = json.member("top_k");
        JsonField topP = json.member("top_p");
        float nucleus = (float) number(topP, absent.topP(), 0, 1);
        JsonField repetition = json.member("repetition_penalty");
        if (!repetition.isPresent()) {
            repetition = json.member("repeat_penalty"); // llama-server's name
        }
        float penalty = (float) number(repetition, absent.repetitionPenalty(), 0, MAX_REPETITION_PENALTY);
        if (penalty == 0) {
            throw repetition.isNot("above 0 and at most 2");
        }
        JsonField given = json.member("seed");
        return new SamplingOptions(
                (float) number(json.member("temperature"), absent.temperature(), 0, MAX_TEMPERATURE),
                topK.isPresent() ? (int) Math.max(0, topK.integer(-1, Integer.MAX_VALUE)) : absent.topK(),
                Math.max(nucleus, Float.MIN_VALUE), // 0 keeps the most probable token, too
                (float) number(json.member("min_p"), absent.minP(), 0, 1),
                penalty,
                (float) number(json.member("frequency_penalty"), 0, -2, 2),
                (float) number(json.member("presence_penalty"), 0, -2, 2),
                bias(json.member("logit_bias"), vocabularySize),
                given.isPresent() ? given.integer(Long.MIN_VALUE, Long.MAX_VALUE) : seed);
    }

    /** Returns the options of another choice of the same request. */
    static SamplingOptions forChoice(SamplingOptions options, int choice) {
        return new SamplingOptions(
                options.temperature(),
                options.topK(),
                options.topP(),
                options.minP(),
                options.repetitionPenalty(),
                options.frequencyPenalty(),
                options.presencePenalty(),
                options.logitBias(),
                options.seed() + choice);
    }

    private static double number(JsonField field, double absent, double min, double max) {
        return field.isPresent() ? field.number(min, max) : absent;
    }

    private static Map<Integer, Float> bias(JsonField bias, int vocabularySize) {
        Map<Integer, Float> biases = new HashMap<>();
        if (bias.isPresent()) {
            for (String name : bias.object().keySet()) {
                int id = id(name);
                if (id < 0 || id >= vocabularySize) {
                    throw new FieldException(
                            bias.member(name).path(), "is not the id of a token; ids are below " + vocabularySize);
                }
                biases.put(id, (float) bias.member(name).number(-MAX_BIAS, MAX_BIAS));
            }
        }
        return biases;
    }

    private static int id(String name) {
        try {
            return Integer.parseInt(name);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
