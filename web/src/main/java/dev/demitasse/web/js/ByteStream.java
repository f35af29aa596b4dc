package dev.demitasse.web.js;

import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;
import org.teavm.jso.core.JSPromise;
import org.teavm.jso.typedarrays.Uint8Array;

/** {@code ReadableStream} of bytes. */
public interface ByteStream extends JSObject {
    Reader getReader();

    /** @throws RuntimeException made of a JavaScript error, where the browser lacks readers of the mode */
    Reader getReader(ReaderOptions options);

    /** Options of {@code getReader}. */
    interface ReaderOptions extends JSObject {
        /** @param mode {@code byob}: bring your own buffer */
        @JSProperty
        void setMode(String mode);
    }

    /** {@code ReadableStreamDefaultReader} or {@code ReadableStreamBYOBReader}. */
    interface Reader extends JSObject {
        JSPromise<Chunk> read();

        /** Reads into the array's buffer, which the chunk takes over. */
        JSPromise<Chunk> read(Uint8Array target);

        void cancel();
    }

    /** What a read gave: bytes, or the end. */
    interface Chunk extends JSObject {
        @JSProperty
        boolean isDone();

        @JSProperty
        Uint8Array getValue();
    }
}
