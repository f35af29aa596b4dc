package dev.demitasse.web.store;

import dev.demitasse.store.Bytes;
import dev.demitasse.store.ConnectionException;
import dev.demitasse.store.HttpExchange;
import dev.demitasse.web.js.ByteStream;
import dev.demitasse.web.js.JsException;
import dev.demitasse.web.js.Promises;
import dev.demitasse.web.js.Response;
import dev.demitasse.web.js.StreamReader;
import dev.demitasse.web.js.WorkerScope;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;
import org.teavm.jso.core.JSObjects;
import org.teavm.jso.typedarrays.Uint8Array;

/** A request by {@code fetch} that bypasses the browser's HTTP cache. */
final class BrowserExchange implements HttpExchange {
    /** The time in which a server must answer at all. */
    private static final int REACHABLE_LIMIT_MS = 10_000;

    private static final String BASIC = "basic";
    private static final String NO_CORS = "no-cors";

    private final String url;
    private final Response.Options options = JSObjects.create();
    private final Response.Abort abort = new Response.Abort();
    private @Nullable TypedResponse response;
    private @Nullable StreamReader reader;

    /** {@code Response} with the property that says which headers are visible. */
    private interface TypedResponse extends JSObject {
        /** Returns {@code basic} if all headers are visible, or {@code cors}. */
        @JSProperty
        String getType();

        @JSProperty
        int getStatus();

        @JSProperty
        Response.Headers getHeaders();

        @JSProperty
        ByteStream getBody();
    }

    /** {@code RequestInit} with a mode. */
    private interface ModeOptions extends Response.Options {
        @JSProperty
        void setMode(String mode);

        @JSProperty
        void setMethod(String method);
    }

    /**
     * Creates a request, which is not sent yet.
     *
     * @param from first byte
     * @param to last byte; negative for the end of the file
     * @param authorization the header {@code Authorization}, or null for none
     */
    BrowserExchange(String url, long from, long to, @Nullable String authorization) {
        this.url = url;
        options.setCache("no-store");
        options.setSignal(abort.getSignal());
        Response.RequestHeaders headers = JSObjects.create();
        if (from > 0 || to >= 0) {
            headers.setRange("bytes=" + from + "-" + (to < 0 ? "" : Long.toString(to)));
        }
        if (authorization != null) {
            headers.setAuthorization(authorization);
        }
        options.setHeaders(headers);
    }

    /** Returns whether the server answers within the limit, by a request whose answer can't be read and needs no permission. Waits for the answer. */
    static boolean isReachable(String url) {
        ModeOptions options = JSObjects.create();
        options.setCache("no-store");
        options.setMethod("HEAD");
        options.setMode(NO_CORS);
        Response.Abort late = new Response.Abort();
        options.setSignal(late.getSignal());
        new Thread(() -> {
                    Promises.sleep(REACHABLE_LIMIT_MS);
                    late.abort();
                })
                .start();
        try {
            Promises.await(WorkerScope.fetch(url, options));
            return true;
        } catch (JsException e) {
            return false;
        }
    }

    private static ConnectionException failure(JsException e) {
        return new ConnectionException(String.valueOf(e.getMessage()));
    }

    @Override
    public void send() {
        try {
            response = (TypedResponse) (JSObject) Promises.await(WorkerScope.fetch(url, options));
        } catch (JsException e) {
            throw failure(e);
        }
    }

    private TypedResponse response() {
        if (response == null) {
            throw new IllegalStateException("there is no response yet");
        }
        return response;
    }

    @Override
    public int status() {
        return response().getStatus();
    }

    @Override
    public @Nullable String header(String name) {
        return response().getHeaders().get(name);
    }

    @Override
    public boolean hidesHeaders() {
        return !response().getType().equals(BASIC);
    }

    @Override
    public @Nullable Bytes read() {
        StreamReader body = reader;
        if (body == null) {
            body = new StreamReader(response().getBody());
            reader = body;
        }
        try {
            Uint8Array bytes = body.next();
            return bytes == null ? null : new JsBytes(bytes);
        } catch (JsException e) {
            throw failure(e);
        }
    }

    @Override
    public void cancel() {
        abort.abort();
        if (reader != null) {
            reader.free();
        }
    }
}
