package dev.demitasse.gguf;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Takes a GGUF file as its bytes arrive, in chunks of any size: first hands on the header, then each tensor's bytes, and
 * keeps nothing but the header in memory.
 */
public final class GgufStream {
    /** Where a stream's content goes. */
    public interface Sink {
        /** The header is complete. Called once, before any bytes. */
        void header(Gguf gguf);

        /**
         * Some of a tensor's bytes, in order.
         *
         * @param offset of the first byte within the tensor
         * @param bytes from position to limit; valid during the call only
         */
        void bytes(TensorInfo tensor, long offset, ByteBuffer bytes);
    }

    private final Sink sink;
    private final HeaderReader headerReader;
    private @Nullable TensorReader tensorReader;

    /** @param fileBytes length of the file, or {@link Gguf#UNKNOWN_LENGTH} */
    public GgufStream(long fileBytes, Sink sink) {
        this.sink = sink;
        headerReader = new HeaderReader(fileBytes);
    }

    /**
     * Consumes the next bytes of the file.
     *
     * @throws GgufException as {@link Gguf#parse}, or if the file is one of several
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
     * The file has ended.
     *
     * @throws GgufException if it ended before its header or its last tensor did
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
                    + count + " of a split model; give the address of one of them, with the others beside it and all"
                    + " named as llama.cpp's gguf-split does (NAME-00001-of-00002.gguf)");
        }
        sink.header(header);
        TensorReader reader = new TensorReader(header, header.tensors(), sink);
        reader.accept(headerReader.bytes());
        return reader;
    }
}
