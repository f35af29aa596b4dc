package dev.demitasse.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final int[] NO_PROMPT = {};
    /** Softmax: 0.5, 0.25, 0.125, 0.125. */
    private static final float[] HALVES = logits(0.5, 0.25, 0.125, 0.125);

    @Test
    void greedyChoosesTheLowestOfTheMostProbableIds() {
        assertEquals(1, new Sampler(SamplingOptions.GREEDY, NO_PROMPT).sample(new float[] {0, 3, 3, 2}));
        assertEquals(2, new Sampler(SamplingOptions.GREEDY, NO_PROMPT).sample(new float[] {
                    Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY, -1e30f
                }));
    }

    @Test
    void logitsWithoutAPossibleTokenAreRejected() {
        float none = Float.NEGATIVE_INFINITY;
        assertFails("not a number", () -> new Sampler(SamplingOptions.GREEDY, NO_PROMPT)
                .sample(new float[] {0, Float.NaN}));
        assertFails("minus infinity", () -> new Sampler(SamplingOptions.GREEDY, NO_PROMPT)
                .sample(new float[] {none, none}));
        assertFails("not a number", () -> new Sampler(options(1, 0, 1, 0, 5), NO_PROMPT)
                .sample(new float[] {Float.NaN, 0}));
    }

    @Test
    void drawsFollowTheSoftmax() {
        assertFrequencies(options(1, 0, 1, 0, 1), 0.5, 0.25, 0.125, 0.125);
        // Temperature 1/2 squares the probabilities.
        assertFrequencies(options(0.5f, 0, 1, 0, 2), 16 / 22.0, 4 / 22.0, 1 / 22.0, 1 / 22.0);
        assertFrequencies(options(1, 2, 1, 0, 3), 2 / 3.0, 1 / 3.0, 0, 0);
    }

    @Test
    void filtersKeepTheSpecifiedTokens() {
        assertEquals(Set.of(0, 1, 2), drawn(options(5, 3, 1, 0, 1)), "top-k, lowest id of equals first");
        assertEquals(Set.of(0), drawn(options(5, 0, 0.5f, 0, 1)), "top-p reached exactly");
        assertEquals(Set.of(0, 1), drawn(options(5, 0, 0.51f, 0, 1)), "top-p");
        assertEquals(Set.of(0, 1), drawn(options(5, 0, 1, 0.4f, 1)), "min-p");
        assertEquals(Set.of(0, 1, 2, 3), drawn(options(5, 0, 1, 0.2f, 1)), "min-p below all");
        assertEquals(Set.of(0), drawn(options(5, 1, 0.9f, 0, 1)), "top-k 1");
    }

    @Test
    void seedDecidesTheDraws() {
        assertArrayEquals(draws(options(1, 0, 1, 0, 42), 100), draws(options(1, 0, 1, 0, 42), 100));
        assertFalse(Arrays.equals(draws(options(1, 0, 1, 0, 42), 100), draws(options(1, 0, 1, 0, 43), 100)));
    }

    @Test
    void penaltiesCountPromptAndAnswer() {
        SamplingOptions repetition = new SamplingOptions(0, 0, 1, 0, 2, 0, 0, Map.of(), 0);
        float[] logits = {4, -1, 3};
        new Sampler(repetition, new int[] {0, 1, 1}).sample(logits);
        assertArrayEquals(new float[] {2, -2, 3}, logits);

        SamplingOptions both = new SamplingOptions(0, 0, 1, 0, 1, 0.5f, 0.25f, Map.of(), 0);
        Sampler sampler = new Sampler(both, new int[] {1}); // these penalties do not count the prompt
        assertEquals(0, sampler.sample(new float[] {2, 1.5f}));
        assertEquals(1, sampler.sample(new float[] {2, 1.5f}), "2 − 0.75 is less than 1.5");
        float[] third = {2, 1.5f};
        assertEquals(0, sampler.sample(third));
        assertArrayEquals(new float[] {1.25f, 0.75f}, third);
    }

    @Test
    void biasIsAddedToItsIds() {
        Map<Integer, Float> bias = Map.of(0, Float.NEGATIVE_INFINITY, 2, 5f);
        SamplingOptions options = new SamplingOptions(0, 0, 1, 0, 1, 0, 0, bias, 0);
        assertEquals(2, new Sampler(options, NO_PROMPT).sample(new float[] {9, 3, 0}));
        assertFails("logitBias names id 2", () -> new Sampler(options, NO_PROMPT).sample(new float[] {9, 3}));
    }

    @Test
    void optionsOutOfRangeAreNamed() {
        assertFails("temperature is -1.0", () -> options(-1, 0, 1, 0, 0));
        assertFails("temperature is NaN", () -> options(Float.NaN, 0, 1, 0, 0));
        assertFails("topK is -1", () -> options(1, -1, 1, 0, 0));
        assertFails("topP is 0.0", () -> options(1, 0, 0, 0, 0));
        assertFails("minP is 1.5", () -> options(1, 0, 1, 1.5f, 0));
        assertFails("repetitionPenalty is 0.0", () -> new SamplingOptions(1, 0, 1, 0, 0, 0, 0, Map.of(), 0));
        assertFails("frequencyPenalty is 3.0", () -> new SamplingOptions(1, 0, 1, 0, 1, 3, 0, Map.of(), 0));
        assertFails("logitBias of -1", () -> new SamplingOptions(1, 0, 1, 0, 1, 0, 0, Map.of(-1, 1f), 0));
    }

    private static void assertFrequencies(SamplingOptions options, double... expected) {
        int count = 100_000;
        int[] times = new int[expected.length];
        for (int id : draws(options, count)) {
            times[id]++;
        }
        for (int id = 0; id < expected.length; id++) {
            // Five standard deviations of a binomial count.
            double slack = 5 * Math.sqrt(expected[id] * (1 - expected[id]) / count);
            assertEquals(expected[id], times[id] / (double) count, slack, "id " + id);
        }
    }

    private static Set<Integer> drawn(SamplingOptions options) {
        Set<Integer> ids = new TreeSet<>();
        for (int id : draws(options, 2000)) {
            ids.add(id);
        }
        return ids;
    }

    private static int[] draws(SamplingOptions options, int count) {
        Sampler sampler = new Sampler(options, NO_PROMPT);
        int[] ids = new int[count];
        for (int i = 0; i < count; i++) {
            ids[i] = sampler.sample(HALVES.clone());
        }
        return ids;
    }

    private static SamplingOptions options(float temperature, int topK, float topP, float minP, long seed) {
        return new SamplingOptions(temperature, topK, topP, minP, 1, 0, 0, Map.of(), seed);
    }

    private static float[] logits(double... probabilities) {
        float[] logits = new float[probabilities.length];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) Math.log(probabilities[i]);
        }
        return logits;
    }

    private static void assertFails(String message, org.junit.jupiter.api.function.Executable action) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, action);
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }
}
