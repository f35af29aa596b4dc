package dev.demitasse.engine;

import dev.demitasse.backend.Backend;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufStream;
import java.nio.ByteBuffer;

/**
 * Loads a GGUF file as its bytes arrive. A model that cannot run is rejected when its header is complete, before the weights are
 * fetched.
 */
public final class GgufLoader {
    private final ContextBuilder builder;
    private final GgufStream stream;

    /**
     * Begins to load a file whose name is not known.
     *
     * @param fileBytes length of the file, or {@link Gguf#UNKNOWN_LENGTH}
     * @param contextLength number of positions; 0 for all that the model was trained for
     */
    public GgufLoader(long fileBytes, int contextLength, Backend.Factory backends) {
        this("", fileBytes, contextLength, backends);
    }

    /**
     * Begins to load a file.
     *
     * @param name of the file; empty if it is not known
     * @param fileBytes length of the file, or {@link Gguf#UNKNOWN_LENGTH}
     * @param contextLength number of positions; 0 for all that the model was trained for
     */
    public GgufLoader(String name, long fileBytes, int contextLength, Backend.Factory backends) {
        builder = new ContextBuilder(name, contextLength, backends);
        stream = new GgufStream(fileBytes, builder);
    }

    /**
     * Takes the next bytes of the file.
     *
     * @throws dev.demitasse.gguf.GgufException naming the part that is malformed or not supported
     */
    public void accept(ByteBuffer chunk) {
        stream.accept(chunk);
    }

    /**
     * Returns the context, after the last byte.
     *
     * @throws dev.demitasse.gguf.GgufException if the file ended too early
     */
    public Context finish() {
        stream.finish();
        return builder.context();
    }
}
