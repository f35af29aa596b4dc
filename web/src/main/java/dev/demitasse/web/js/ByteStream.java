package dev.demitasse.web.js;

import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;
import org.teavm.jso.core.JSPromise;
import org.teavm.jso.typedarrays.Uint8Array;

/** {@code ReadableStream} of bytes. */
public interface ByteStream extends JSObject {
    Reader getReader();

    /** {@code ReadableStreamDefaultReader}. */
    interface Reader extends JSObject {
        JSPromise<ReadResult> read();

        void cancel();
    }

    /** {@code ReadableStreamReadResult}: bytes, or the end. */
    interface ReadResult extends JSObject {
        @JSProperty
        boolean isDone();

        @JSProperty
        Uint8Array getValue();
    }
}
