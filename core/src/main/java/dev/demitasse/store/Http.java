package dev.demitasse.store;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sends the requests of one download. Repeats those that may succeed later, after pauses that double. */
final class Http {
    private static final int OK = 200;
    static final int PARTIAL = 206;
    private static final int NOT_FOUND = 404;
    private static final int RANGE_NOT_SATISFIABLE = 416;

    /** A connection without data for this long counts as broken. */
    static final int MAX_SILENCE_MS = 30_000;

    private static final int POLL_INTERVAL_MS = 1000;
    /** Maximum number of consecutive pauses without a new byte in between; they add up to half a minute. */
    private static final int MAX_PAUSES = 8;
    /** Maximum number of pauses before the first byte; they add up to less than two seconds. */
    private static final int MAX_FIRST_PAUSES = 3;

    private static final int FIRST_PAUSE_MS = 250;
    private static final int MAX_PAUSE_MS = 8000;

    private final Platform platform;
    private final List<Response> open = new ArrayList<>();
    private boolean closed;
    private boolean hasBytes;
    private int pauses;
    private long pauseEnds;

    Http(Platform platform) {
        this.platform = platform;
    }

    /**
     * Requests a range of bytes and waits for the response headers.
     *
     * @param from first byte
     * @param to last byte; negative for the end of the file
     * @return a response with status 200 or 206
     * @throws StoreException if the server has no such file, refuses the request, sends something else, or can't be reached
     * @throws UnusableBytesException if the file ends before the first byte
     */
    Response get(String url, long from, long to) {
        Response response = find(url, from, to);
        if (response == null) {
            throw notFound(url);
        }
        return response;
    }

    /**
     * Does the same as {@link #get}, but returns null if the server has no such file. If the server does not respond to a request for
     * the first bytes, requests the whole file.
     */
    @Nullable
    Response find(String url, long from, long to) {
        while (true) {
            Response response = new Response(platform.get(url, from, to), platform, open::remove);
            try {
                send(response);
            } catch (ConnectionException e) {
                boolean isFirst = from == 0 && to >= 0 && !hasBytes;
                if (isFirst && isLastTry() && !response.isSilent() && platform.isReachable(url)) {
                    // Browsers fail where a server compresses a range, or does not allow the header Range.
                    return find(url, 0, -1);
                }
                pauseBeforeRetry(url, noResponse(url, response, e));
                continue;
            }
            int status = response.status();
            if (status == OK || status == PARTIAL) {
                if (isFile(url, from, response)) {
                    return response;
                }
                continue;
            }
            response.cancel();
            if (status == NOT_FOUND) {
                return null;
            }
            if (status == RANGE_NOT_SATISFIABLE) {
                if (from == 0) {
                    throw failure(url, "the file is empty");
                }
                throw UnusableBytesException.changed(url);
            }
            if (status < 500 && status != 408 && status != 429) {
                throw refused(url, status);
            }
            pauseBeforeRetry(url, WrongAnswer.describe(status));
        }
    }

    private String noResponse(String url, Response response, ConnectionException e) {
        String error = String.valueOf(e.getMessage());
        return response.isSilent() || !isLastTry()
                ? error
                : WrongAnswer.describeNoResponse(error, platform.isReachable(url));
    }

    /** Returns whether a response carries the file. If not, cancels it, and pauses if the file may come later. */
    private boolean isFile(String url, long from, Response response) {
        if (response.isPartial() && from > 0) {
            return true; // bytes from within a file can't be judged
        }
        String problem;
        try {
            problem = WrongAnswer.describe(response.peek(WrongAnswer.START_BYTES), response.header("Content-Type"));
        } catch (ConnectionException e) {
            pauseBeforeRetry(url, String.valueOf(e.getMessage()));
            return false;
        }
        if (problem == null) {
            return true;
        }
        response.cancel();
        if (!hasBytes) {
            throw failure(url, problem);
        }
        pauseBeforeRetry(url, problem);
        return false;
    }

    /**
     * Fetches a whole file as text.
     *
     * @throws StoreException as {@link #get} does
     */
    String text(String url) {
        while (true) {
            Response response = get(url, 0, -1);
            try {
                return response.text(url);
            } catch (ConnectionException e) {
                pauseBeforeRetry(url, String.valueOf(e.getMessage()));
            }
        }
    }

    /** Returns the exception for a file that can't be fetched. */
    static StoreException failure(String url, String reason) {
        return new StoreException("can't fetch " + url + ": " + reason);
    }

    /** Returns the exception for a required file that the server does not have. */
    static StoreException notFound(String url) {
        return refused(url, NOT_FOUND);
    }

    private static StoreException refused(String url, int status) {
        return failure(url, WrongAnswer.describe(status));
    }

    private void send(Response response) {
        requireOpen();
        if (open.isEmpty()) {
            platform.start(this::cancelSilent);
        }
        open.add(response);
        response.send();
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
        long now = platform.now();
        if (isLastTry()) {
            throw failure(url, reason);
        }
        if (now >= pauseEnds) {
            pauseEnds = now + Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS << pauses);
            pauses++;
        }
        platform.sleep((int) Math.max(0, Math.min(MAX_PAUSE_MS, pauseEnds - now))); // the clock may have been set back
    }

    private boolean isLastTry() {
        return platform.now() >= pauseEnds && pauses == (hasBytes ? MAX_PAUSES : MAX_FIRST_PAUSES);
    }

    /** Resets the count of pauses because new bytes have arrived. */
    void progressed() {
        hasBytes = true;
        pauses = 0;
    }

    /** Cancels all requests and refuses new ones. */
    void close() {
        closed = true;
        List.copyOf(open).forEach(Response::cancel);
    }

    /** Cancels requests whose connection is silent, as long as there are requests. */
    private void cancelSilent() {
        do {
            platform.sleep(POLL_INTERVAL_MS);
            List.copyOf(open).forEach(Response::cancelIfSilent);
        } while (!open.isEmpty());
    }
}
