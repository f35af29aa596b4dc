package dev.demitasse.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.demitasse.ReferenceFile;
import java.util.List;
import java.util.stream.IntStream;

/** Compares greedy tokens with those of llama.cpp on float32 weights, up to the first near-tie, which rounding may flip. */
final class GreedyTokens {
    /** Difference of logits that rounding may swap. */
    private static final double NEAR_TIE = 0.01;

    private GreedyTokens() {}

    /**
     * Fails unless the tokens are equal, or differ from a near-tie on.
     *
     * @param prompt of smollm2-135m-greedy-f32.json, with the tokens of llama.cpp
     * @param judge of smollm2-135m-hf.json: for each step the two highest logits of Hugging Face transformers
     */
    static void check(JsonNode prompt, JsonNode judge, List<?> ids) {
        List<Integer> expected = IntStream.of(ReferenceFile.ids(prompt.get("generated_ids")))
                .boxed()
                .toList();
        int step = 0;
        while (step < expected.size() && step < ids.size() && expected.get(step).equals(ids.get(step))) {
            step++;
        }
        if (step < expected.size() || step < ids.size()) {
            JsonNode best = judge.get("steps").get(step);
            double gap = best.get(1).asDouble() - best.get(2).asDouble();
            assertTrue(gap < NEAR_TIE, "no near-tie at step " + step + ": gap " + gap);
        }
    }
}
