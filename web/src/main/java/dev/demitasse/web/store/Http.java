package dev.demitasse.web.store;

import dev.demitasse.gguf.Gguf;
import dev.demitasse.web.js.JsException;
import dev.demitasse.web.js.Promises;
import dev.demitasse.web.js.Response;
import dev.demitasse.web.js.StreamReader;
import dev.demitasse.web.js.WorkerScope;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.core.JSObjects;
import org.teavm.jso.typedarrays.Uint8Array;

/** Sends the requests of one download. Repeats those that may succeed later, after pauses that double. */
final class Http {
    private static final int OK = 200;
    private static final int PARTIAL = 206;
    private static final int NOT_FOUND = 404;

    /** A connection without data for this long counts as broken. */
    private static final int MAX_SILENCE_MS = 30_000;

    private static final int POLL_INTERVAL_MS = 1000;
    /** Maximum number of consecutive pauses without a new byte in between; they add up to half a minute. */
    private static final int MAX_PAUSES = 8;
    /** Maximum number of pauses before the first byte; they add up to less than two seconds. */
    private static final int MAX_FIRST_PAUSES = 3;

    private static final int FIRST_PAUSE_MS = 250;
    private static final int MAX_PAUSE_MS = 8000;

    private final List<Reply> open = new ArrayList<>();
    private boolean closed;
    private boolean hasBytes;
    private int pauses;
    private long pauseEnds;

    /**
     * Requests a range of bytes and waits for the response headers.
     *
     * @param from first byte
     * @param to last byte; negative for the end of the file
     * @return a reply with status 200 or 206
     * @throws StoreException if the server has no such file, refuses the request, or can't be reached
     */
    Reply get(String url, long from, long to) {
        Reply reply = find(url, from, to);
        if (reply == null) {
            throw notFound(url);
        }
        return reply;
    }

    /** Does the same as {@link #get}, but returns null if the server has no such file. */
    @Nullable
    Reply find(String url, long from, long to) {
        while (true) {
            try {
                Reply reply = send(url, from, to);
                int status = reply.status();
                if (status == OK || status == PARTIAL) {
                    return reply;
                }
                reply.cancel();
                if (status == NOT_FOUND) {
                    return null;
                }
                if (status < 500 && status != 408 && status != 429) {
                    throw refused(url, status);
                }
                pauseBeforeRetry(url, "it answered with status " + status);
            } catch (JsException e) {
                pauseBeforeRetry(url, String.valueOf(e.getMessage()));
            }
        }
    }

    /** Returns the exception for a required file that the server does not have. */
    static StoreException notFound(String url) {
        return refused(url, NOT_FOUND);
    }

    private static StoreException refused(String url, int status) {
        return new StoreException("can't fetch " + url + ": it answered with status " + status);
    }

    private Reply send(String url, long from, long to) {
        Reply reply = new Reply();
        Response.Options options = JSObjects.create();
        options.setCache("no-store");
        options.setSignal(reply.abort.getSignal());
        if (from > 0 || to >= 0) {
            Response.RangeHeader headers = JSObjects.create();
            headers.setRange("bytes=" + from + "-" + (to < 0 ? "" : Long.toString(to)));
            options.setHeaders(headers);
        }
        requireOpen();
        if (open.isEmpty()) {
            new Thread(this::cancelSilent).start();
        }
        open.add(reply);
        try {
            reply.response = Promises.await(WorkerScope.fetch(url, options));
            reply.markActive();
            return reply;
        } catch (JsException e) {
            open.remove(reply);
            throw e;
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new StoreException("the download was stopped");
        }
    }

    /**
     * Pauses before a failed request is repeated. Requests that fail during a pause share it, since their cause is probably the same.
     *
     * @throws StoreException if there were too many pauses without a new byte
     */
    void pauseBeforeRetry(String url, String reason) {
        requireOpen();
        long now = System.currentTimeMillis();
        if (now >= pauseEnds) {
            if (pauses == (hasBytes ? MAX_PAUSES : MAX_FIRST_PAUSES)) {
                throw new StoreException("can't fetch " + url + ": " + reason);
            }
            pauseEnds = now + Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS << pauses);
            pauses++;
        }
        Promises.sleep((int) (pauseEnds - now));
    }

    /** Resets the count of pauses because new bytes have arrived. */
    void progressed() {
        hasBytes = true;
        pauses = 0;
    }

    /** Cancels all requests and refuses new ones. */
    void close() {
        closed = true;
        List.copyOf(open).forEach(Reply::cancel);
    }

    /** Cancels requests whose connection is silent, as long as there are requests. */
    private void cancelSilent() {
        do {
            Promises.sleep(POLL_INTERVAL_MS);
            long now = System.currentTimeMillis();
            for (Reply reply : List.copyOf(open)) {
                if (now - reply.lastActive > MAX_SILENCE_MS) {
                    reply.cancel();
                }
            }
        } while (!open.isEmpty());
    }

    /** A response whose body may still be arriving. */
    final class Reply {
        private static final String RANGE_UNIT = "bytes ";

        private final Response.Abort abort = new Response.Abort();
        private long lastActive = System.currentTimeMillis();
        private @Nullable Response response;
        private @Nullable StreamReader reader;

        private Response response() {
            if (response == null) {
                throw new IllegalStateException("there is no response yet");
            }
            return response;
        }

        private void markActive() {
            lastActive = System.currentTimeMillis();
        }

        int status() {
            return response().getStatus();
        }

        boolean isPartial() {
            return status() == PARTIAL;
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
                    open.remove(this);
                }
            }
            return bytes;
        }

        String text() {
            try {
                return Promises.await(response().text()).toString();
            } finally {
                open.remove(this);
            }
        }

        /** Cancels the request and frees its buffer. */
        void cancel() {
            open.remove(this);
            abort.abort();
            if (reader != null) {
                reader.free();
            }
        }
    }
}
