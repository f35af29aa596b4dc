package dev.demitasse.engine;

import dev.demitasse.backend.Backend;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.huggingface.FolderStream;
import java.nio.ByteBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Loads a Hugging Face folder as the bytes of its files arrive, in the order that {@link FolderStream} describes. A model that
 * cannot run is rejected before the weights are fetched.
 */
public final class FolderLoader {
    private final ContextBuilder builder;
    private final FolderStream stream;

    /**
     * Begins to load a folder.
     *
     * @param name of the model
     * @param texts contents of those of {@link FolderStream#TEXT_FILES} that exist, by name
     * @param contextLength number of positions; 0 for all that the model was trained for
     * @throws dev.demitasse.gguf.GgufException naming the part that is missing, malformed or not supported
     */
    public FolderLoader(String name, Map<String, String> texts, int contextLength, Backend.Factory backends) {
        builder = new ContextBuilder("", contextLength, backends);
        stream = new FolderStream(name, texts, builder);
    }

    /** Returns the weight file to read next, from its first byte; null when all have been read. */
    public @Nullable String file() {
        return stream.file();
    }

    /** Returns the size of all weight files together, or {@link Gguf#UNKNOWN_LENGTH} if it is not known yet. */
    public long fileBytes() {
        return stream.fileBytes();
    }

    /** Returns the number of bytes read so far; 0 while their size is not known. */
    public long readBytes() {
        return stream.readBytes();
    }

    /**
     * Takes the next bytes of {@link #file()}.
     *
     * @return whether more of this file is wanted
     * @throws dev.demitasse.gguf.GgufException naming the part that is malformed or not supported
     */
    public boolean accept(ByteBuffer chunk) {
        return stream.accept(chunk);
    }

    /**
     * Returns the context, after the last file.
     *
     * @throws dev.demitasse.gguf.GgufException if files are missing or ended too early
     */
    public Context finish() {
        stream.finish();
        return builder.context();
    }
}
