package dev.demitasse.engine;

import dev.demitasse.gguf.GgufException;
import dev.demitasse.gguf.Metadata;
import dev.demitasse.sampling.SamplingOptions;
import java.util.Map;

/** Sampling that a model's authors recommend: {@code general.sampling.*}, or the values of their generation_config.json. */
final class DefaultSampling {
    private DefaultSampling() {}

    static SamplingOptions of(Metadata metadata, String architecture) {
        SamplingOptions known = of(architecture, metadata.string("tokenizer.ggml.pre", ""));
        try {
            return of(metadata, known);
        } catch (IllegalArgumentException e) {
            throw new GgufException("general.sampling: " + e.getMessage());
        }
    }

    private static SamplingOptions of(Metadata metadata, SamplingOptions known) {
        return new SamplingOptions(
                metadata.real("general.sampling.temp", known.temperature()),
                metadata.integer("general.sampling.top_k", known.topK()),
                metadata.real("general.sampling.top_p", known.topP()),
                metadata.real("general.sampling.min_p", known.minP()),
                metadata.real("general.sampling.penalty_repeat", known.repetitionPenalty()),
                0,
                0,
                Map.of(),
                0);
    }

    private static SamplingOptions of(String architecture, String preTokenizer) {
        return switch (architecture) {
            case "smollm3" -> sampling(0.6f, 0, 0.95f); // model card of SmolLM3-3B
            case "qwen2" -> sampling(0.7f, 20, 0.8f); // Qwen2.5-*-Instruct
            case "qwen3" -> sampling(0.6f, 20, 0.95f);
            case "gemma3" -> sampling(1, 64, 0.95f);
            case "llama" ->
                preTokenizer.equals("smollm")
                        ? sampling(0.2f, 0, 0.9f) // model card of SmolLM2
                        : sampling(0.6f, 0, 0.9f); // Llama-3.*-Instruct
            default -> SamplingOptions.GREEDY; // Phi-3 and Gemma 2 recommend none
        };
    }

    private static SamplingOptions sampling(float temperature, int topK, float topP) {
        return new SamplingOptions(temperature, topK, topP, 0, 1, 0, 0, Map.of(), 0);
    }
}
