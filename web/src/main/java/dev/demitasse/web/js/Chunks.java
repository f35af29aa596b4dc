package dev.demitasse.web.js;

import org.jspecify.annotations.Nullable;
import org.teavm.jso.core.JSObjects;
import org.teavm.jso.typedarrays.Uint8Array;

/** A stream's chunks, all in one buffer where the browser can: else those that are done with pile up until they are collected. */
public final class Chunks {
    private static final int BUFFER_BYTES = 1 << 20;

    private final ByteStream.Reader reader;
    private @Nullable Uint8Array buffer;

    public Chunks(ByteStream stream) {
        ByteStream.ReaderOptions options = JSObjects.create();
        options.setMode("byob");
        ByteStream.Reader opened;
        try {
            opened = stream.getReader(options);
            buffer = new Uint8Array(BUFFER_BYTES);
        } catch (RuntimeException e) {
            opened = stream.getReader();
        }
        reader = opened;
    }

    /**
     * Waits for the next chunk.
     *
     * @return bytes, valid until the next call; null at the end
     * @throws JsException if the stream fails
     */
    public @Nullable Uint8Array next() {
        Uint8Array free = buffer;
        ByteStream.Chunk chunk = Promises.await(free == null ? reader.read() : reader.read(free));
        if (chunk.isDone()) {
            return null;
        }
        if (free != null) {
            buffer = new Uint8Array(chunk.getValue().getBuffer());
        }
        return chunk.getValue();
    }

    /** Reads no further. */
    public void cancel() {
        reader.cancel();
    }
}
