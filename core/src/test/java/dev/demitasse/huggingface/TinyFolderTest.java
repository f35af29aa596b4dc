package dev.demitasse.huggingface;

import dev.demitasse.ExpectedLogits;
import dev.demitasse.backend.reference.ReferenceBackend;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufStream;
import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.model.ModelInfo;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares folders of every architecture, in one file and in several, with Hugging Face in float32. */
class TinyFolderTest {
    private static final int CONTEXT = 128;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama",
                "llama3",
                "smollm3",
                "qwen2",
                "qwen3",
                "gemma2",
                "gemma3",
                "phi3",
                "llama-awq",
                "qwen2-awq"
            })
    void logitsEqualHuggingFaces(String name) {
        ExpectedLogits expected = new ExpectedLogits("/huggingface/" + name + ".json");
        // Chunks of 1, 5 and 70 times 97 bytes end within rows and elements.
        expected.check(batch -> load(new Folder(name), batch, batch * 97));
    }

    private static ReferenceBackend load(Folder folder, int batch, int chunkBytes) {
        Loader loader = new Loader(batch);
        FolderStream stream = new FolderStream("tiny", folder.texts(), loader);
        for (String file = stream.file(); file != null; file = stream.file()) {
            Folder.feed(folder.bytes(file), chunkBytes, stream::accept);
        }
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
            backend = new ReferenceBackend(ModelInfo.of(gguf, CONTEXT).plan(), CONTEXT, batch);
        }

        @Override
        public void bytes(TensorInfo tensor, long offset, ByteBuffer bytes) {
            backend.load(tensor, offset, bytes);
        }
    }
}
