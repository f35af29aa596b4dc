package dev.demitasse.engine;

import dev.demitasse.backend.Backend;
import dev.demitasse.chat.ChatTemplate;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufStream;
import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.model.Model;
import dev.demitasse.tokenizer.Tokenizer;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Makes an engine of a header, and gives its backend the weights. */
final class EngineBuilder implements GgufStream.Sink {
    private final int requestedContext;
    private final EngineLoader.BackendFactory backends;
    private @Nullable Engine engine;
    private @Nullable Backend backend;

    /** @param contextLength positions wanted; 0 for all the model was trained for */
    EngineBuilder(int contextLength, EngineLoader.BackendFactory backends) {
        if (contextLength < 0) {
            throw new IllegalArgumentException("contextLength is " + contextLength + "; it must not be negative");
        }
        requestedContext = contextLength;
        this.backends = backends;
    }

    @Override
    public void header(Gguf gguf) {
        Model model = Model.of(gguf, requestedContext);
        Tokenizer tokenizer = Tokenizer.of(gguf.metadata());
        String template = gguf.metadata().string("tokenizer.chat_template", "");
        Backend made = backends.create(model.plan(), model.contextLength());
        backend = made;
        engine = new Engine(
                model,
                tokenizer,
                template.isEmpty() ? null : ChatTemplate.parse(template),
                DefaultSampling.of(gguf.metadata(), model.architecture()),
                made);
    }

    @Override
    public void bytes(TensorInfo tensor, long offset, ByteBuffer bytes) {
        if (backend != null) {
            backend.load(tensor, offset, bytes);
        }
    }

    /** The engine, when the stream has finished. */
    Engine engine() {
        if (engine == null) {
            throw new IllegalStateException("a whole model has a header");
        }
        return engine;
    }
}
