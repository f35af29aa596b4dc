package dev.demitasse;

import dev.demitasse.backend.Backend;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufStream;
import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.model.ModelInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Loads the weights of a model into a backend, without tokenizer and context. */
public final class BackendLoader implements GgufStream.Sink {
    private final int context;
    private final Backend.Factory backends;
    private Backend backend;

    private BackendLoader(int context, Backend.Factory backends) {
        this.context = context;
        this.backends = backends;
    }

    /** Returns a backend with the weights of a GGUF file. */
    public static Backend load(ByteBuffer file, int context, Backend.Factory backends) {
        BackendLoader loader = new BackendLoader(context, backends);
        GgufStream stream = new GgufStream(file.capacity(), loader);
        stream.accept(file);
        stream.finish();
        return loader.backend;
    }

    /** Returns the names of the tiny random models, one or more of each architecture. */
    public static List<String> tinyModels() {
        return List.of(
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
                "phi3-short");
    }

    /** Returns a tiny random model, see {@code oracle/tiny_models.py}. */
    public static ByteBuffer tinyModel(String name) {
        try (var in = BackendLoader.class.getResourceAsStream("/tiny/" + name + ".gguf")) {
            return ByteBuffer.wrap(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void header(Gguf gguf) {
        backend = backends.create(ModelInfo.of(gguf, context).plan(), context);
    }

    @Override
    public void bytes(TensorInfo tensor, long offset, ByteBuffer bytes) {
        backend.load(tensor, offset, bytes);
    }
}
