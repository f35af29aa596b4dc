package dev.demitasse.web.store;

import dev.demitasse.web.js.JsException;
import dev.demitasse.web.js.Promises;
import dev.demitasse.web.js.Response;
import dev.demitasse.web.js.WorkerScope;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.core.JSObjects;

/** Sends the requests of one download. Repeats those that may succeed later, after pauses that double. */
final class Http {
    private static final int OK = 200;
    static final int PARTIAL = 206;
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

    private final List<HttpResponse> open = new ArrayList<>();
    private boolean closed;
    private boolean hasBytes;
    private int pauses;
    private long pauseEnds;

    /**
     * Requests a range of bytes and waits for the response headers.
     *
     * @param from first byte
     * @param to last byte; negative for the end of the file
     * @return a response with status 200 or 206
     * @throws StoreException if the server has no such file, refuses the request, or can't be reached
     */
    HttpResponse get(String url, long from, long to) {
        HttpResponse response = find(url, from, to);
        if (response == null) {
            throw notFound(url);
        }
        return response;
    }

    /** Does the same as {@link #get}, but returns null if the server has no such file. */
    @Nullable
    HttpResponse find(String url, long from, long to) {
        while (true) {
            try {
                HttpResponse response = send(url, from, to);
                int status = response.status();
                if (status == OK || status == PARTIAL) {
                    return response;
                }
                response.cancel();
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

    /**
     * Fetches a whole file as text.
     *
     * @throws StoreException as {@link #get} does
     */
    String text(String url) {
        while (true) {
            HttpResponse response = get(url, 0, -1);
            try {
                return response.text();
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

    private HttpResponse send(String url, long from, long to) {
        HttpResponse response = new HttpResponse(open::remove);
        Response.Options options = JSObjects.create();
        options.setCache("no-store");
        options.setSignal(response.signal());
        if (from > 0 || to >= 0) {
            Response.RangeHeader headers = JSObjects.create();
            headers.setRange("bytes=" + from + "-" + (to < 0 ? "" : Long.toString(to)));
            options.setHeaders(headers);
        }
        requireOpen();
        if (open.isEmpty()) {
            new Thread(this::cancelSilent).start();
        }
        open.add(response);
        try {
            response.setResponse(Promises.await(WorkerScope.fetch(url, options)));
            return response;
        } catch (JsException e) {
            open.remove(response);
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
        List.copyOf(open).forEach(HttpResponse::cancel);
    }

    /** Cancels requests whose connection is silent, as long as there are requests. */
    private void cancelSilent() {
        do {
            Promises.sleep(POLL_INTERVAL_MS);
            long now = System.currentTimeMillis();
            for (HttpResponse response : List.copyOf(open)) {
                if (now - response.lastActive() > MAX_SILENCE_MS) {
                    response.cancel();
                }
            }
        } while (!open.isEmpty());
    }
}
