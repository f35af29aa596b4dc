package dev.demitasse.web.store;

import dev.demitasse.gguf.Gguf;
import dev.demitasse.web.js.Promises;
import dev.demitasse.web.js.Response;
import dev.demitasse.web.js.StreamReader;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.JSObject;
import org.teavm.jso.typedarrays.Uint8Array;

/** A response whose body may still be arriving. */
final class HttpResponse {
    private static final String RANGE_UNIT = "bytes ";

    private final Consumer<HttpResponse> onEnd;
    private final Response.Abort abort = new Response.Abort();
    private long lastActive = System.currentTimeMillis();
    private @Nullable Response response;
    private @Nullable StreamReader reader;

    /**
     * Creates a response to a request that will be sent.
     *
     * @param onEnd called when the body has been read or the request is cancelled
     */
    HttpResponse(Consumer<HttpResponse> onEnd) {
        this.onEnd = onEnd;
    }

    /** Returns the signal that cancels the request. */
    JSObject signal() {
        return abort.getSignal();
    }

    /** Sets the browser's response, whose headers have arrived. */
    void setResponse(Response arrived) {
        response = arrived;
        markActive();
    }

    private Response response() {
        if (response == null) {
            throw new IllegalStateException("there is no response yet");
        }
        return response;
    }

    private void markActive() {
        lastActive = System.currentTimeMillis();
    }

    /** Returns the time of the last activity in milliseconds since 1970. */
    long lastActive() {
        return lastActive;
    }

    /** Returns the HTTP status. */
    int status() {
        return response().getStatus();
    }

    /** Returns whether the body is a range of the file. */
    boolean isPartial() {
        return status() == Http.PARTIAL;
    }

    /** Returns a header, or null if it is absent or hidden. Pages see only a few headers of another origin. */
    @Nullable
    String header(String name) {
        return response().getHeaders().get(name);
    }

    /** Returns the position of the first byte in the file, or {@link Gguf#UNKNOWN_LENGTH}. */
    long start() {
        String range = header("Content-Range");
        return range == null || !range.startsWith(RANGE_UNIT)
                ? Gguf.UNKNOWN_LENGTH
                : number(range, RANGE_UNIT.length(), range.indexOf('-'));
    }

    /** Returns the length of the file in bytes, or {@link Gguf#UNKNOWN_LENGTH}. */
    long total() {
        if (isPartial()) {
            String range = header("Content-Range");
            return range == null ? Gguf.UNKNOWN_LENGTH : number(range, range.indexOf('/') + 1, range.length());
        }
        return bodyBytes();
    }

    /** Returns the length of the body in bytes, or {@link Gguf#UNKNOWN_LENGTH}. */
    long bodyBytes() {
        String length = header("Content-Length");
        // The length of an encoded body is not that of the decoded bytes.
        return length == null || header("Content-Encoding") != null
                ? Gguf.UNKNOWN_LENGTH
                : number(length, 0, length.length());
    }

    private static long number(String text, int from, int to) {
        try {
            return Long.parseLong(text.substring(from, to));
        } catch (RuntimeException e) {
            return Gguf.UNKNOWN_LENGTH;
        }
    }

    /** Waits for the next bytes, valid until the next call; returns null at the end. */
    @Nullable
    Uint8Array read() {
        StreamReader body = reader;
        if (body == null) {
            body = new StreamReader(response().getBody());
            reader = body;
        }
        Uint8Array bytes = null;
        try {
            bytes = body.next();
            markActive();
        } finally {
            if (bytes == null) {
                onEnd.accept(this);
            }
        }
        return bytes;
    }

    /** Waits for the whole body as text. */
    String text() {
        try {
            return Promises.await(response().text()).toString();
        } finally {
            onEnd.accept(this);
        }
    }

    /** Cancels the request and frees its buffer. */
    void cancel() {
        onEnd.accept(this);
        abort.abort();
        if (reader != null) {
            reader.free();
        }
    }
}
