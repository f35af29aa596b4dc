package dev.demitasse.model;

import dev.demitasse.ExpectedLogits;
import dev.demitasse.backend.reference.ReferenceBackend;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufStream;
import dev.demitasse.gguf.TensorInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every architecture against Hugging Face in float32, on random weights (made by {@code oracle/tiny_models.py}). */
class TinyModelTest {
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
    void logitsEqualHuggingFaces(String name) {
        new ExpectedLogits("/tiny/" + name + ".json").check(batch -> load(name, batch));
    }

    private static ReferenceBackend load(String name, int batch) {
        ByteBuffer file;
        try (var in = TinyModelTest.class.getResourceAsStream("/tiny/" + name + ".gguf")) {
            file = ByteBuffer.wrap(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
}
