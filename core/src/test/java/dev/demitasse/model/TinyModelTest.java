package dev.demitasse.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.demitasse.backend.reference.ReferenceBackend;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufStream;
import dev.demitasse.gguf.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every architecture against Hugging Face in float32, on random weights (made by {@code oracle/tiny_models.py}). */
class TinyModelTest {
    private static final float TOLERANCE = 1e-4f;
    private static final int[] LENGTHS = {1, 17, 70};

    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama",
                "llama3",
                "smollm3",
                "smollm3-yarn",
                "qwen2",
                "qwen3",
                "gemma2",
                "gemma3",
                "gemma3-linear",
                "phi3",
                "phi3-long",
                "phi3-short"
            })
    void logitsEqualHuggingFaces(String name) throws IOException {
        JsonNode expected = new ObjectMapper().readTree(TinyModelTest.class.getResource("/tiny/" + name + ".json"));
        int[] prompt = new ObjectMapper().convertValue(expected.get("prompt"), int[].class);
        for (int batch : new int[] {70, 5, 1}) {
            ReferenceBackend backend = load(name, batch);
            for (int i = 0; i < LENGTHS.length; i++) {
                prefill(backend, prompt, LENGTHS[i]);
                assertLogits(
                        expected.get("logits").get(i),
                        backend.logits(),
                        name + " after " + LENGTHS[i] + " by " + batch);
            }
            prefill(backend, prompt, 17);
            for (int step = 0; step < 24; step++) {
                int[] id = {argmax(backend.logits())};
                assertEquals(expected.get("greedy").get(step).asInt(), id[0], name + " step " + step);
                backend.forward(id, 0, 1, 17 + step, true);
            }
            assertLogits(expected.get("last"), backend.logits(), name + " after decoding");
        }
    }

    private static ReferenceBackend load(String name, int batch) throws IOException {
        ByteBuffer file;
        try (var in = TinyModelTest.class.getResourceAsStream("/tiny/" + name + ".gguf")) {
            file = ByteBuffer.wrap(in.readAllBytes());
        }
        Loader loader = new Loader(batch);
        GgufStream stream = new GgufStream(file.capacity(), loader);
        stream.accept(file);
        stream.finish();
        return loader.backend;
    }

    private static final class Loader implements GgufStream.Sink {
        private final int batch;
        private @Nullable ReferenceBackend backend;

        Loader(int batch) {
            this.batch = batch;
        }

        @Override
        public void header(Gguf gguf) {
            backend = new ReferenceBackend(Model.of(gguf, 128).plan(), 128, batch);
        }

        @Override
        public void bytes(TensorInfo tensor, long offset, ByteBuffer bytes) {
            backend.load(tensor, offset, bytes);
        }
    }

    private static void prefill(ReferenceBackend backend, int[] prompt, int length) {
        for (int from = 0; from < length; from += backend.batchSize()) {
            int to = Math.min(length, from + backend.batchSize());
            backend.forward(prompt, from, to, from, to == length);
        }
    }

    private static void assertLogits(JsonNode expected, float[] logits, String what) {
        assertEquals(expected.size(), logits.length);
        for (int id = 0; id < logits.length; id++) {
            assertEquals(expected.get(id).asDouble(), logits[id], TOLERANCE, what + ", id " + id);
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
