package dev.demitasse;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.FloatBuffer;

/** Every n-th of the logits that Hugging Face's float32 gave after each of several prompts. */
public final class SampledLogits {
    private final FloatBuffer logits;
    private final int perPrompt;
    private final int stride;

    /**
     * @param name of the file, which has prompt after prompt
     * @param stride from one id to the next; the first is 0
     */
    public SampledLogits(String name, int prompts, int stride) {
        logits = ReferenceFile.floats(name);
        perPrompt = logits.capacity() / prompts;
        this.stride = stride;
        assertEquals(logits.capacity(), perPrompt * prompts, name);
    }

    /** @param actual logits of all ids */
    public float greatestDifference(int prompt, float[] actual) {
        assertEquals(perPrompt * stride, actual.length, "logits");
        float greatest = 0;
        for (int i = 0; i < perPrompt; i++) {
            greatest = Math.max(greatest, Math.abs(actual[i * stride] - expected(prompt, i)));
        }
        return greatest;
    }

    /** The sum of the squares of all differences. */
    public double squaredError(int prompt, float[] actual) {
        assertEquals(perPrompt * stride, actual.length, "logits");
        double sum = 0;
        for (int i = 0; i < perPrompt; i++) {
            sum += Math.pow(actual[i * stride] - expected(prompt, i), 2);
        }
        return sum;
    }

    /** The sum of the squares of what is expected. */
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
