package dev.demitasse.engine;

import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.SplitStream;
import java.nio.ByteBuffer;

/**
 * Builds an engine from the files of a split GGUF model as their bytes arrive, in the order that {@link SplitStream} describes.
 * What can't be run is refused before the weights are fetched.
 */
public final class SplitLoader {
    private final EngineBuilder builder;
    private final SplitStream stream;

    /**
     * @param files how many there are, at least 1
     * @param contextLength positions wanted; 0 for all the model was trained for
     */
    public SplitLoader(int files, int contextLength, EngineLoader.BackendFactory backends) {
        builder = new EngineBuilder(contextLength, backends);
        stream = new SplitStream(files, builder);
    }

    /** Index of the file whose bytes come next, from its first one; -1 when all have been read. */
    public int file() {
        return stream.file();
    }

    /**
     * The bytes of {@link #file()} begin.
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
     * @throws dev.demitasse.gguf.GgufException naming the file and what in it is malformed or not supported
     */
    public boolean accept(ByteBuffer chunk) {
        return stream.accept(chunk);
    }

    /**
     * The bytes of {@link #file()} have ended though {@link #accept} wanted more.
     *
     * @throws dev.demitasse.gguf.GgufException if the file ended too early
     */
    public void end() {
        stream.end();
    }

    /**
     * No more bytes come: the engine is ready.
     *
     * @throws dev.demitasse.gguf.GgufException if a file ended too early or is missing
     */
    public Engine finish() {
        stream.finish();
        return builder.engine();
    }
}
