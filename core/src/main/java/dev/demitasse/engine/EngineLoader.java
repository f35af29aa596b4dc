package dev.demitasse.engine;

import dev.demitasse.backend.Backend;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufStream;
import dev.demitasse.plan.Plan;
import java.nio.ByteBuffer;

/**
 * Builds an engine from a GGUF file as its bytes arrive. What can't be run is refused when the header is complete, before
 * the weights are fetched.
 */
public final class EngineLoader {
    /** Makes the backend that will run a plan. */
    public interface BackendFactory {
        Backend create(Plan plan, int contextLength);
    }

    private final EngineBuilder builder;
    private final GgufStream stream;

    /**
     * @param fileBytes length of the file, or {@link Gguf#UNKNOWN_LENGTH}
     * @param contextLength positions wanted; 0 for all the model was trained for
     */
    public EngineLoader(long fileBytes, int contextLength, BackendFactory backends) {
        builder = new EngineBuilder(contextLength, backends);
        stream = new GgufStream(fileBytes, builder);
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
        return builder.engine();
    }
}
