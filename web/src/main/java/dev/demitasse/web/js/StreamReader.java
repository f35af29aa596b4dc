package dev.demitasse.web.js;

import org.jspecify.annotations.Nullable;
import org.teavm.jso.typedarrays.Uint8Array;

/** Reads a stream and frees each buffer before the next one is read, because the garbage collector is too slow. */
public final class StreamReader {
    private final ByteStream.Reader reader;
    private @Nullable Uint8Array last;

    public StreamReader(ByteStream stream) {
        reader = stream.getReader();
    }

    /**
     * Waits for the next bytes.
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

    /** Cancels the stream and frees the last buffer. */
    public void cancel() {
        free();
        reader.cancel();
    }

    /** Frees the last buffer. */
    public void free() {
        if (last != null) {
            Buffers.free(last);
            last = null;
        }
    }
}
