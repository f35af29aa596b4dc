package dev.demitasse.engine;

import dev.demitasse.backend.Backend;
import dev.demitasse.chat.ChatTemplate;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufStream;
import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.model.Model;
import dev.demitasse.plan.Plan;
import dev.demitasse.tokenizer.Tokenizer;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Builds an engine from a model file as its bytes arrive. What can't be run is refused when the header is complete, before
 * the weights are fetched.
 */
public final class EngineLoader {
    /** Makes the backend that will run a plan. */
    public interface BackendFactory {
        Backend create(Plan plan, int contextLength);
    }

    private final int requestedContext;
    private final BackendFactory backends;
    private final GgufStream stream;
    private @Nullable Engine engine;
    private @Nullable Backend backend;

    /**
     * @param fileBytes length of the file, or {@link Gguf#UNKNOWN_LENGTH}
     * @param contextLength positions wanted; 0 for all the model was trained for
     */
    public EngineLoader(long fileBytes, int contextLength, BackendFactory backends) {
        if (contextLength < 0) {
            throw new IllegalArgumentException("contextLength is " + contextLength + "; it must not be negative");
        }
        requestedContext = contextLength;
        this.backends = backends;
        stream = new GgufStream(fileBytes, new GgufStream.Sink() {
            @Override
            public void header(Gguf gguf) {
                begin(gguf);
            }

            @Override
            public void bytes(TensorInfo tensor, long offset, ByteBuffer bytes) {
                if (backend != null) {
                    backend.load(tensor, offset, bytes);
                }
            }
        });
    }

    /**
     * Takes the next bytes of the file.
     *
     * @throws dev.demitasse.gguf.GgufException naming what is malformed or not supported
     */
    public void accept(ByteBuffer chunk) {
        stream.accept(chunk);
    }

    /**
     * The file has ended: the engine is ready.
     *
     * @throws dev.demitasse.gguf.GgufException if it ended too early
     */
    public Engine finish() {
        stream.finish();
        if (engine == null) {
            throw new IllegalStateException("a whole file has a header");
        }
        return engine;
    }

    private void begin(Gguf gguf) {
        Model model = Model.of(gguf, requestedContext);
        Tokenizer tokenizer = Tokenizer.of(gguf.metadata());
        String template = gguf.metadata().string("tokenizer.chat_template", "");
        Backend made = backends.create(model.plan(), model.contextLength());
        backend = made;
        engine = new Engine(model, tokenizer, template.isEmpty() ? null : ChatTemplate.parse(template), made);
    }
}
