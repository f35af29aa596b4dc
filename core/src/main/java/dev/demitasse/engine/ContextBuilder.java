package dev.demitasse.engine;

import dev.demitasse.backend.Backend;
import dev.demitasse.chat.ChatTemplate;
import dev.demitasse.gguf.FiniteCheck;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufException;
import dev.demitasse.gguf.GgufStream;
import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.model.ModelInfo;
import dev.demitasse.tokenizer.Tokenizer;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Creates a context from a header, and passes the weights to its backend. */
final class ContextBuilder implements GgufStream.Sink {
    private final String file;
    private final int requestedContext;
    private final Backend.Factory backends;
    private final FiniteCheck finiteCheck = new FiniteCheck();
    private @Nullable Context context;

    /**
     * Creates a builder.
     *
     * @param file name of the file; empty if it is not known
     * @param contextLength number of positions; 0 for all that the model was trained for
     */
    ContextBuilder(String file, int contextLength, Backend.Factory backends) {
        if (contextLength < 0) {
            throw new IllegalArgumentException("contextLength is " + contextLength + "; it must not be negative");
        }
        this.file = file;
        requestedContext = contextLength;
        this.backends = backends;
    }

    @Override
    public void header(Gguf gguf) {
        ModelInfo info = ModelInfo.of(gguf, requestedContext, file);
        Tokenizer tokenizer = Tokenizer.of(gguf.metadata());
        if (tokenizer.size() != info.plan().vocabularySize()) {
            throw new GgufException(
                    "tokenizer.ggml.tokens has " + tokenizer.size() + " tokens but token_embd.weight has "
                            + info.plan().vocabularySize() + " rows; the numbers must be equal");
        }
        String template = gguf.metadata().string("tokenizer.chat_template", "");
        Backend backend = backends.create(info.plan(), info.contextLength());
        LoadedModel model = new LoadedModel(
                info,
                tokenizer,
                template.isEmpty() ? null : ChatTemplate.ofFile(template),
                DefaultSampling.of(gguf.metadata(), info.architecture()),
                Pooling.of(gguf.metadata(), info.architecture()));
        context = new Context(model, backend);
    }

    @Override
    public void bytes(TensorInfo tensor, long offset, ByteBuffer bytes) {
        if (context != null) {
            finiteCheck.check(tensor, offset, bytes);
            context.backend().load(tensor, offset, bytes);
        }
    }

    /** Returns the context, when the stream has finished. */
    Context context() {
        if (context == null) {
            throw new IllegalStateException("a whole model has a header");
        }
        return context;
    }
}
