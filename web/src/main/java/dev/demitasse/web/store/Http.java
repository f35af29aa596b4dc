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

/** The requests of one download. What may be a passing trouble is tried again, after pauses that double. */
final class Http {
    private static final int OK = 200;
    private static final int PARTIAL = 206;
    private static final int NOT_FOUND = 404;

    /** A connection that is silent for so long is taken for broken. */
    private static final int MAX_SILENCE_MS = 30_000;

    private static final int POLL_INTERVAL_MS = 1000;
    /** Pauses in a row, without a new byte in between: half a minute in all. */
    private static final int MAX_PAUSES = 8;
    /** The same before any byte has come: less than two seconds. */
    private static final int MAX_FIRST_PAUSES = 3;

    private static final int FIRST_PAUSE_MS = 250;
    private static final int MAX_PAUSE_MS = 8000;

    private final List<Reply> open = new ArrayList<>();
    private boolean closed;
    private boolean hasBytes;
    private int pauses;
    private long pauseEnds;

    /**
     * Asks for bytes, and waits for the answer's head.
     *
     * @param from first byte
     * @param to last byte; negative for all to the end
     * @return with status 200 or 206
     * @throws StoreException if there is no such answer
     */
    Reply get(String url, long from, long to) {
        Reply reply = find(url, from, to);
        if (reply == null) {
            throw notFound(url);
        }
        return reply;
    }

    /** The same, or null if the server has no such file. */
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
                trouble(url, "it answered with status " + status);
            } catch (JsException e) {
                trouble(url, String.valueOf(e.getMessage()));
            }
        }
    }

    /** What to throw where a file has to be there. */
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
            new Thread(this::watch).start();
        }
        open.add(reply);
        try {
            reply.response = Promises.await(WorkerScope.fetch(url, options));
            reply.heard();
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

    /** Takes note of a request that failed, and pauses: together with others, that failed for the same reason perhaps. */
    void trouble(String url, String reason) {
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

    /** New bytes have come. */
    void progressed() {
        hasBytes = true;
        pauses = 0;
    }

    /** Ends all requests, and those to come. */
    void close() {
        closed = true;
        List.copyOf(open).forEach(Reply::cancel);
    }

    private void watch() {
        do {
            Promises.sleep(POLL_INTERVAL_MS);
            long now = System.currentTimeMillis();
            for (Reply reply : List.copyOf(open)) {
                if (now - reply.lastHeard > MAX_SILENCE_MS) {
                    reply.cancel();
                }
            }
        } while (!open.isEmpty());
    }

    /** An answer, whose bytes may still be on their way. */
    final class Reply {
        private static final String RANGE_UNIT = "bytes ";

        private final Response.Abort abort = new Response.Abort();
        private long lastHeard = System.currentTimeMillis();
        private @Nullable Response response;
        private @Nullable StreamReader reader;

        private Response response() {
            if (response == null) {
                throw new IllegalStateException("there is no answer yet");
            }
            return response;
        }

        private void heard() {
            lastHeard = System.currentTimeMillis();
        }

        int status() {
            return response().getStatus();
        }

        boolean isPartial() {
            return status() == PARTIAL;
        }

        /** A header, or null: of another origin's answers pages see only a few. */
        @Nullable
        String header(String name) {
            return response().getHeaders().get(name);
        }

        /** First byte of a part in the file; negative if that is not known. */
        long start() {
            String range = header("Content-Range");
            return range == null || !range.startsWith(RANGE_UNIT)
                    ? Gguf.UNKNOWN_LENGTH
                    : number(range, RANGE_UNIT.length(), range.indexOf('-'));
        }

        /** Length of the file, or {@link Gguf#UNKNOWN_LENGTH}. */
        long total() {
            if (isPartial()) {
                String range = header("Content-Range");
                return range == null ? Gguf.UNKNOWN_LENGTH : number(range, range.indexOf('/') + 1, range.length());
            }
            return bodyBytes();
        }

        /** Length of the body, or {@link Gguf#UNKNOWN_LENGTH}. */
        long bodyBytes() {
            String length = header("Content-Length");
            // That of an encoded body says nothing of what it is decoded.
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

        /** The next bytes, valid until the next call; null at the end. */
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
                heard();
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

        /** Reads no further. */
        void cancel() {
            open.remove(this);
            abort.abort();
            if (reader != null) {
                reader.free();
            }
        }
    }
}
