package dev.demitasse.gguf;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a GGUF file as its bytes arrive, in chunks of any size. Passes on first the header, then the bytes of each tensor, and
 * keeps only the header in memory.
 */
public final class GgufStream {
    /** Receives the content of a stream. */
    public interface Sink {
        /** Takes the header. Called once, before any bytes. */
        void header(Gguf gguf);

        /**
         * Takes the next bytes of a tensor.
         *
         * @param offset of the first byte within the tensor
         * @param bytes from position to limit; valid only during the call
         */
        void bytes(TensorInfo tensor, long offset, ByteBuffer bytes);
    }

    private final Sink sink;
    private final HeaderReader headerReader;
    private @Nullable TensorReader tensorReader;

    /**
     * Begins to read a file.
     *
     * @param fileBytes length of the file, or {@link Gguf#UNKNOWN_LENGTH}
     */
    public GgufStream(long fileBytes, Sink sink) {
        this.sink = sink;
        headerReader = new HeaderReader(fileBytes);
    }

    /**
     * Takes the next bytes of the file.
     *
     * @throws GgufException as {@link Gguf#parse}, or if the file is a part of a split model
     */
    public void accept(ByteBuffer chunk) {
        if (tensorReader == null) {
            Gguf header = headerReader.accept(chunk);
            if (header == null) {
                return;
            }
            tensorReader = start(header);
        }
        tensorReader.accept(chunk);
    }

    /**
     * Ends the file.
     *
     * @throws GgufException if it ended before its header or its last tensor
     */
    public void finish() {
        if (tensorReader == null) {
            tensorReader = start(headerReader.finish());
        }
        tensorReader.finish();
    }

    private TensorReader start(Gguf header) {
        int count = header.metadata().integer(SplitStream.COUNT, 1);
        if (count > 1) {
            throw new GgufException("this is file " + (header.metadata().integer(SplitStream.NUMBER) + 1L) + " of "
                    + count + " of a split model; give the address of one of them, with the others next to it and all"
                    + " named as llama.cpp's gguf-split names them (NAME-00001-of-00002.gguf)");
        }
        sink.header(header);
        TensorReader reader = new TensorReader(header, header.tensors(), sink);
        reader.accept(headerReader.bytes());
        return reader;
    }
}
