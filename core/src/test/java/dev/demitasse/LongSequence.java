package dev.demitasse;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.demitasse.backend.Backend;
import dev.demitasse.backend.Batch;
import dev.demitasse.backend.Outputs;
import dev.demitasse.backend.Pass;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Logits of a tiny SmolLM3 with YaRN and a NoPE layer after long sequences, by Hugging Face, see {@code oracle/long_context.py}. */
public final class LongSequence {
    private static final String NAME = "smollm3-128k";
    private static final int VOCABULARY = 64;
    private static final int[] LENGTHS = {1_000, 10_000, 70_000};

    private LongSequence() {}

    /**
     * Checks the logits after 1,000 tokens, and after 10,000 and 70,000 tokens if {@code max} allows.
     *
     * @param tolerance of the logits, whose maximum is about 4
     */
    public static void check(int max, Backend.Factory backends, float tolerance) {
        Backend backend = BackendLoader.load(BackendLoader.tinyModel(NAME), max, backends);
        int[] tokens = tokens(max);
        JsonNode expected = expected();
        int at = 0;
        for (int length : LENGTHS) {
            while (at < length && length <= max) {
                int to = Math.min(length, at + backend.batchSize());
                Outputs outputs = to == length ? Outputs.LOGITS : Outputs.NONE;
                Pass pass = backend.forward(new Batch(tokens, at, to, at), outputs);
                at = to;
                if (at == length) {
                    float[] logits = new ObjectMapper().convertValue(expected.get("" + length), float[].class);
                    assertArrayEquals(logits, pass.logits(0), tolerance, "after " + length + " tokens");
                }
            }
        }
    }

    /** Returns the upper bits of a linear congruential generator. */
    private static int[] tokens(int count) {
        int[] tokens = new int[count];
        long state = 1;
        for (int i = 0; i < count; i++) {
            state = (state * 1103515245 + 12345) % (1L << 31);
            tokens[i] = (int) ((state >> 16) % VOCABULARY);
        }
        return tokens;
    }

    private static JsonNode expected() {
        try {
            return new ObjectMapper().readTree(LongSequence.class.getResource("/tiny/" + NAME + ".json"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
