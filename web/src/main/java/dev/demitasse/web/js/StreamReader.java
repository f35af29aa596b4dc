package dev.demitasse.web.js;

import org.jspecify.annotations.Nullable;
import org.teavm.jso.typedarrays.Uint8Array;

/** A stream's chunks. Each is freed when the next is asked for: else hundreds pile up until they are collected. */
public final class StreamReader {
    private final ByteStream.Reader reader;
    private @Nullable Uint8Array last;

    public StreamReader(ByteStream stream) {
        reader = stream.getReader();
    }

    /**
     * Waits for the next chunk.
     *
     * @return bytes, valid until the next call; null at the end
     * @throws JsException if the stream fails
     */
    public @Nullable Uint8Array next() {
        free();
        ByteStream.ReadResult chunk = Promises.await(reader.read());
        last = chunk.isDone() ? null : chunk.getValue();
        return last;
    }

    /** Reads no further. */
    public void cancel() {
        free();
        reader.cancel();
    }

    /** Frees the last chunk. */
    public void free() {
        if (last != null) {
            Buffers.free(last);
            last = null;
        }
    }
}
