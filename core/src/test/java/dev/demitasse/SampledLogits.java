package dev.demitasse;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.FloatBuffer;

/** Every n-th logit after each of several prompts, by Hugging Face in float32. */
public final class SampledLogits {
    private final FloatBuffer logits;
    private final int perPrompt;
    private final int stride;

    /**
     * Reads a file.
     *
     * @param name of the file, which has one prompt after the other
     * @param stride from one id to the next; the first is 0
     */
    public SampledLogits(String name, int prompts, int stride) {
        logits = ReferenceFile.floats(name);
        perPrompt = logits.capacity() / prompts;
        this.stride = stride;
        assertEquals(logits.capacity(), perPrompt * prompts, name);
    }

    /**
     * Returns the maximum difference.
     *
     * @param actual logits of all ids
     */
    public float maxDifference(int prompt, float[] actual) {
        assertEquals(perPrompt * stride, actual.length, "logits");
        float max = 0;
        for (int i = 0; i < perPrompt; i++) {
            max = Math.max(max, Math.abs(actual[i * stride] - expected(prompt, i)));
        }
        return max;
    }

    /** Returns the sum of the squares of all differences. */
    public double squaredError(int prompt, float[] actual) {
        assertEquals(perPrompt * stride, actual.length, "logits");
        double sum = 0;
        for (int i = 0; i < perPrompt; i++) {
            sum += Math.pow(actual[i * stride] - expected(prompt, i), 2);
        }
        return sum;
    }

    /** Returns the sum of the squares of the expected logits. */
    public double squares(int prompt) {
        double sum = 0;
        for (int i = 0; i < perPrompt; i++) {
            sum += Math.pow(expected(prompt, i), 2);
        }
        return sum;
    }

    private float expected(int prompt, int i) {
        return logits.get(prompt * perPrompt + i);
    }
}
