package dev.demitasse.engine;

import dev.demitasse.gguf.Gguf;
import dev.demitasse.huggingface.FolderStream;
import java.nio.ByteBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Builds an engine from a Hugging Face folder as its files' bytes arrive, in the order that {@link FolderStream} describes. What
 * can't be run is refused before the weights are fetched.
 */
public final class FolderLoader {
    private final EngineBuilder builder;
    private final FolderStream stream;

    /**
     * @param name of the model
     * @param texts contents of those {@link FolderStream#TEXT_FILES} that there are, by name
     * @param contextLength positions wanted; 0 for all the model was trained for
     * @throws dev.demitasse.gguf.GgufException naming what is missing, malformed or not supported
     */
    public FolderLoader(
            String name, Map<String, String> texts, int contextLength, EngineLoader.BackendFactory backends) {
        builder = new EngineBuilder(contextLength, backends);
        stream = new FolderStream(name, texts, builder);
    }

    /** The weight file whose bytes come next, from its first one; null when all have been read. */
    public @Nullable String file() {
        return stream.file();
    }

    /** Size of all weight files together, or {@link Gguf#UNKNOWN_LENGTH} if it is not known yet. */
    public long fileBytes() {
        return stream.fileBytes();
    }

    /** Bytes of them that have been read so far; 0 as long as their size is not known. */
    public long readBytes() {
        return stream.readBytes();
    }

    /**
     * Takes the next bytes of {@link #file()}.
     *
     * @return whether more of this file is wanted
     * @throws dev.demitasse.gguf.GgufException naming what is malformed or not supported
     */
    public boolean accept(ByteBuffer chunk) {
        return stream.accept(chunk);
    }

    /**
     * No more bytes come: the engine is ready.
     *
     * @throws dev.demitasse.gguf.GgufException if files are missing or ended too early
     */
    public Engine finish() {
        stream.finish();
        return builder.engine();
    }
}
