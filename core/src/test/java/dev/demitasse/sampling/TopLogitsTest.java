package dev.demitasse.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Compares tokens sampled from the top logits with those sampled from all logits. */
class TopLogitsTest {
    private static final int VOCABULARY = 400;
    private static final int[] PROMPT = {1, 5, 5, 17, 100};

    @Property(tries = 5000, edgeCases = EdgeCasesMode.NONE)
    void topLogitsGiveTheSameTokenAsAllLogits(
            @ForAll("options") SamplingOptions options, @ForAll long logitsSeed, @ForAll("lengths") int length) {
        Sampler some = new Sampler(options, PROMPT);
        Sampler all = new Sampler(options, PROMPT);
        Random random = new Random(logitsSeed);
        for (int step = 0; step < 8; step++) {
            float[] logits = logits(random);
            int expected = all.sample(logits.clone());
            int id = some.sample(ExactTop.of(logits, some.topK() == 1 ? 1 : length));
            // If undecided, it must continue as if it had not seen the top logits.
            assertEquals(expected, id == Sampler.UNDECIDED ? some.sample(logits.clone()) : id);
            if (some.topK() == 1 || (some.topK() > 0 && length == VOCABULARY)) {
                assertEquals(expected, id, "enough to decide");
            }
        }
    }

    /** Returns logits: some like a model's, some flat with many ties, some with impossible tokens. */
    private static float[] logits(Random random) {
        float[] logits = new float[VOCABULARY];
        float scale = new float[] {0.5f, 2, 5}[random.nextInt(3)];
        boolean ties = random.nextBoolean();
        boolean impossible = random.nextBoolean();
        for (int id = 0; id < VOCABULARY; id++) {
            float logit = (float) random.nextGaussian() * scale;
            logits[id] = ties ? Math.round(logit) : logit;
            if (impossible && random.nextInt(3) > 0) {
                logits[id] = Float.NEGATIVE_INFINITY;
            }
        }
        logits[random.nextInt(VOCABULARY)] = -0f;
        return logits;
    }

    @Provide
    Arbitrary<Integer> lengths() {
        return Arbitraries.of(1, 2, 3, 8, 20, 50, 256, VOCABULARY);
    }

    @Provide
    Arbitrary<SamplingOptions> options() {
        Arbitrary<Float> penalty = Arbitraries.of(0f, 0f, 0f, 0.3f, 1.5f, -0.5f);
        return Combinators.combine(
                        Arbitraries.of(0f, 0.2f, 1f, 3f),
                        Arbitraries.of(0, 0, 1, 5, 40, 300),
                        Arbitraries.of(1f, 1f, 0.95f, 0.5f),
                        Arbitraries.of(0f, 0f, 0.05f, 0.5f, 1f),
                        Arbitraries.of(1f, 1f, 1f, 1.3f, 0.8f),
                        penalty,
                        penalty,
                        Arbitraries.longs())
                .as((temperature, topK, topP, minP, repetition, frequency, presence, seed) -> new SamplingOptions(
                        temperature, topK, topP, minP, repetition, frequency, presence, Map.of(), seed));
    }

    @Test
    void topKIsTheNumberThatDecides() {
        assertEquals(1, topK(0, 40, 0.9f, 0, 1, 0), "greedy");
        assertEquals(256, topK(0, 0, 1, 0, 1.1f, 0), "greedy, penalties");
        assertEquals(256, topK(1, 20, 0.8f, 0, 1, 0), "top-k");
        assertEquals(256, topK(1, 20, 0.8f, 0, 1.1f, 1), "top-k, penalties");
        assertEquals(0, topK(1, 300, 0.8f, 0, 1, 0), "a large top-k");
        assertEquals(256, topK(1, 0, 0.9f, 0, 1, 0), "top-p");
        assertEquals(0, topK(1, 0, 0.9f, 0, 1.1f, 0), "top-p, penalties");
        assertEquals(256, topK(1, 0, 1, 0.05f, 1.1f, 0), "min-p, penalties");
        assertEquals(0, topK(1, 0, 1, 0, 1, 0), "the whole vocabulary");
        assertEquals(0, topK(0, 0, 1, 0, 0.9f, 0), "a reward for repetition");
        assertEquals(0, topK(0, 0, 1, 0, 1, -1), "a reward for presence");
        SamplingOptions bias = new SamplingOptions(0, 0, 1, 0, 1, 0, 0, Map.of(3, 1f), 0);
        assertEquals(0, new Sampler(bias, PROMPT).topK(), "bias");
    }

    @Test
    void zerosAreEqual() {
        SamplingOptions options = new SamplingOptions(1, 1, 1, 0, 1, 0, 0, Map.of(), 0);
        assertEquals(0, new Sampler(options, PROMPT).sample(new float[] {-0f, 0f}));
    }

    @Test
    void aLogitThatIsNotANumberIsReportedByAllLogits() {
        Sampler sampler = new Sampler(SamplingOptions.GREEDY, PROMPT);
        float[] logits = {1, Float.NaN, 2};
        assertEquals(Sampler.UNDECIDED, sampler.sample(ExactTop.of(logits, 1)));
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> sampler.sample(logits));
        assertTrue(e.getMessage().contains("id 1 is not a number"), e.getMessage());
    }

    private static int topK(float temperature, int topK, float topP, float minP, float repetition, float presence) {
        return new Sampler(
                        new SamplingOptions(temperature, topK, topP, minP, repetition, 0, presence, Map.of(), 0),
                        PROMPT)
                .topK();
    }
}
