package dev.demitasse.engine;

import dev.demitasse.backend.Backend;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.SplitStream;
import java.nio.ByteBuffer;

/**
 * Loads the files of a split GGUF model as their bytes arrive, in the order that {@link SplitStream} describes. A model that
 * cannot run is rejected before the weights are fetched.
 */
public final class SplitLoader {
    private final ContextBuilder builder;
    private final SplitStream stream;

    /**
     * Begins to load a split model whose name is not known.
     *
     * @param files number of files, at least 1
     * @param contextLength number of positions; 0 for all that the model was trained for
     */
    public SplitLoader(int files, int contextLength, Backend.Factory backends) {
        this("", files, contextLength, backends);
    }

    /**
     * Begins to load a split model.
     *
     * @param name of the file, or of one of them; empty if it is not known
     * @param files number of files, at least 1
     * @param contextLength number of positions; 0 for all that the model was trained for
     */
    public SplitLoader(String name, int files, int contextLength, Backend.Factory backends) {
        builder = new ContextBuilder(name, contextLength, backends);
        stream = new SplitStream(files, builder);
    }

    /** Returns the index of the file to read next, from its first byte; -1 when all have been read. */
    public int file() {
        return stream.file();
    }

    /**
     * Begins {@link #file()}.
     *
     * @param fileBytes its length, or {@link Gguf#UNKNOWN_LENGTH}
     */
    public void begin(long fileBytes) {
        stream.begin(fileBytes);
    }

    /**
     * Takes the next bytes of {@link #file()}.
     *
     * @return whether more of this file is wanted
     * @throws dev.demitasse.gguf.GgufException naming the file and the part that is malformed or not supported
     */
    public boolean accept(ByteBuffer chunk) {
        return stream.accept(chunk);
    }

    /**
     * Ends {@link #file()}, although {@link #accept} wanted more.
     *
     * @throws dev.demitasse.gguf.GgufException if the file ended too early
     */
    public void end() {
        stream.end();
    }

    /**
     * Returns the context, after the last file.
     *
     * @throws dev.demitasse.gguf.GgufException if a file ended too early or is missing
     */
    public Context finish() {
        stream.finish();
        return builder.context();
    }
}
