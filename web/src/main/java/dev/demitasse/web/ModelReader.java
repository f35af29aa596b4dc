package dev.demitasse.web;

import dev.demitasse.gguf.Gguf;
import dev.demitasse.web.js.ByteStream;
import dev.demitasse.web.js.JsError;
import dev.demitasse.web.js.Request;
import dev.demitasse.web.js.Response;
import dev.demitasse.web.js.WorkerScope;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.JSObject;
import org.teavm.jso.core.JSObjects;
import org.teavm.jso.typedarrays.Uint8Array;

/** Streams a model's bytes from an address or a file. Holds one chunk at a time. */
final class ModelReader {
    /** Where the bytes go; any of its methods may throw, which ends the reading with {@link #failed}. */
    interface Sink {
        /** @param bytes length, or {@link Gguf#UNKNOWN_LENGTH} */
        void opened(long bytes);

        void chunk(ByteBuffer bytes);

        void ended();

        void failed(String message);
    }

    private static final int STAGING_BYTES = 1 << 20;

    private final Sink sink;
    private final ByteBuffer staging = ByteBuffer.allocateDirect(STAGING_BYTES);
    private boolean cancelled;

    ModelReader(Sink sink) {
        this.sink = sink;
    }

    void read(Request request) {
        Request.ModelFile file = request.getFile();
        if (!JSObjects.isUndefined(file.getSizeIfFile())) {
            guarded(() -> {
                sink.opened((long) file.getSize());
                pump(file.stream().getReader());
            });
            return;
        }
        String url = request.getUrl();
        WorkerScope.fetch(url)
                .then(
                        response -> guarded(() -> open(url, response)),
                        reason -> fail("can't fetch " + url + ": " + ((JsError) reason).getMessage()));
    }

    /** Nothing more reaches the sink. */
    void cancel() {
        cancelled = true;
    }

    private void open(String url, Response response) {
        if (!response.isOk()) {
            fail(url + " answered with status " + response.getStatus());
            return;
        }
        sink.opened(length(response));
        pump(response.getBody().getReader());
    }

    /** The body's length; that of an encoded one says nothing of the file's. */
    private static long length(Response response) {
        String length = response.getHeaders().get("Content-Length");
        boolean encoded = response.getHeaders().get("Content-Encoding") != null;
        return length == null || encoded ? Gguf.UNKNOWN_LENGTH : Long.parseLong(length);
    }

    private void pump(ByteStream.Reader reader) {
        reader.read()
                .then(
                        chunk -> guarded(() -> {
                            if (cancelled) {
                                reader.cancel();
                            } else if (chunk.isDone()) {
                                sink.ended();
                            } else {
                                take(chunk.getValue());
                                pump(reader);
                            }
                        }),
                        reason -> fail("the model's bytes stopped coming: " + ((JsError) reason).getMessage()));
    }

    private void take(Uint8Array bytes) {
        int length = bytes.getLength();
        for (int from = 0; from < length; from += STAGING_BYTES) {
            int count = Math.min(STAGING_BYTES, length - from);
            // A new view each time: the memory's buffer changes when it grows.
            Uint8Array part = new Uint8Array(bytes.getBuffer(), bytes.getByteOffset() + from, count);
            Uint8Array.fromJavaBuffer(staging).set(part);
            sink.chunk(staging.duplicate().position(0).limit(count));
        }
    }

    private @Nullable JSObject guarded(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            fail(String.valueOf(e.getMessage()));
        } catch (OutOfMemoryError e) {
            fail("the model does not fit in the engine's memory, which ends at 2 GiB");
        }
        return null;
    }

    private @Nullable JSObject fail(String message) {
        if (!cancelled) {
            cancelled = true;
            sink.failed(message);
        }
        return null;
    }
}
