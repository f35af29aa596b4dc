package dev.demitasse;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.demitasse.backend.Backend;
import dev.demitasse.backend.Batch;
import dev.demitasse.backend.Outputs;
import dev.demitasse.backend.Pass;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Logits of a tiny model by Hugging Face transformers, see {@code oracle/tiny_models.py}. */
public final class ExpectedLogits {
    /** Creates a backend with the weights of the model. */
    public interface Loader {
        Backend load(int batchSize);
    }

    private static final float FLOAT32_TOLERANCE = 1e-4f;
    private static final int[] LENGTHS = {1, 17, 70};
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final String resource;
    private final JsonNode expected;
    private final int[] prompt;

    public ExpectedLogits(String resource) {
        this.resource = resource;
        try {
            expected = MAPPER.readTree(ExpectedLogits.class.getResource(resource));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        prompt = MAPPER.convertValue(expected.get("prompt"), int[].class);
    }

    /** Checks a backend that computes in float32. */
    public void check(Loader loader) {
        check(loader, FLOAT32_TOLERANCE);
    }

    /**
     * Checks prefills of three lengths, in one batch, in several and token by token; the logits of several tokens of a batch; 24 greedy steps;
     * and an embedding.
     */
    public void check(Loader loader, float tolerance) {
        for (int batch : new int[] {70, 5, 1}) {
            Backend backend = loader.load(batch);
            for (int i = 0; i < LENGTHS.length; i++) {
                assertLogits(
                        expected.get("logits").get(i),
                        prefill(backend, LENGTHS[i]).logits(0),
                        tolerance,
                        "after " + LENGTHS[i] + " by " + batch);
            }
            int rows = Math.min(LENGTHS[1], backend.maxOutputs());
            Pass several = backend.forward(new Batch(prompt, 0, rows, 0), Outputs.logits(rows));
            assertLogits(expected.get("logits").get(0), several.logits(0), tolerance, "first of " + rows);
            if (rows == LENGTHS[1]) {
                assertLogits(expected.get("logits").get(1), several.logits(rows - 1), tolerance, "last of " + rows);
            }
            Pass pass = prefill(backend, 17);
            for (int step = 0; step < 24; step++) {
                int[] id = {argmax(pass.logits(0))};
                assertEquals(expected.get("greedy").get(step).asInt(), id[0], resource + " step " + step);
                pass = backend.forward(new Batch(id, 0, 1, 17 + step), Outputs.LOGITS);
            }
            assertLogits(expected.get("last"), pass.logits(0), tolerance, "after decoding");
            if (expected.has("embedding")) { // the files of the folders have only logits
                assertLogits(expected.get("embedding"), embedding(backend, 17), tolerance, "embedding by " + batch);
            }
        }
    }

    private Pass prefill(Backend backend, int length) {
        Pass pass = null;
        for (int from = 0; from < length; from += backend.batchSize()) {
            int to = Math.min(length, from + backend.batchSize());
            pass = backend.forward(new Batch(prompt, from, to, from), to == length ? Outputs.LOGITS : Outputs.NONE);
        }
        return pass;
    }

    /** Returns the mean of the hidden states. */
    private float[] embedding(Backend backend, int length) {
        float[] mean = new float[expected.get("embedding").size()];
        for (int from = 0; from < length; from += backend.batchSize()) {
            int to = Math.min(length, from + backend.batchSize());
            Pass pass = backend.forward(new Batch(prompt, from, to, from), Outputs.HIDDEN_STATES);
            float[] hidden = pass.hiddenStates();
            assertEquals((to - from) * mean.length, hidden.length);
            for (int i = 0; i < hidden.length; i++) {
                mean[i % mean.length] += hidden[i] / length;
            }
        }
        return mean;
    }

    private void assertLogits(JsonNode logits, float[] actual, float tolerance, String when) {
        assertEquals(logits.size(), actual.length);
        for (int id = 0; id < actual.length; id++) {
            assertEquals(logits.get(id).asDouble(), actual[id], tolerance, resource + " " + when + ", id " + id);
        }
    }

    private static int argmax(float[] logits) {
        int best = 0;
        for (int id = 1; id < logits.length; id++) {
            if (logits[id] > logits[best]) {
                best = id;
            }
        }
        return best;
    }
}
