package dev.demitasse.store;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A server that does wrong what networks, servers and hosts do wrong. Each fault spoils one response. */
final class FakeServer {
    /** A kind of fault. */
    enum Kind {
        /** The connection breaks after {@code value} bytes of the body. */
        CUT,
        /** The body ends after {@code value} bytes without an error. */
        SHORT,
        /** There is no connection. */
        REFUSED,
        /** The status is 500 + {@code value}. */
        STATUS,
        /** The range starts {@code value} + 1 bytes too early or, at the beginning, too late. */
        SHIFTED,
        /** The response is the whole file. */
        WHOLE,
        /** There is no Content-Length. */
        UNSTATED,
        /** The Content-Length is {@code value} + 1 bytes too large, and the connection stays open. */
        LONGER,
        /** Nothing comes any more after {@code value} bytes. */
        SILENT,
        /** There is no body. */
        EMPTY,
        /** The ETag is weak: the usual one, or one with {@code value} in it. */
        WEAK,
        /** There is no ETag, and the date differs by {@code value} seconds. */
        DATED,
        /** The response is an HTML page with status 200. */
        PAGE,
        /** A bit of byte {@code value} of the body is flipped. */
        FLIPPED
    }

    /** A fault of one response. */
    record Fault(Kind kind, int value) {}

    private static final byte[] HTML = "<!DOCTYPE html><title>Sign in</title>".getBytes(StandardCharsets.US_ASCII);

    private final Simulation simulation;
    private final int maxPiece;
    private final Map<String, byte[]> files = new HashMap<>();
    private final Deque<Fault> faults = new ArrayDeque<>();
    private final List<String> requests = new ArrayList<>();
    private final TreeMap<Long, Runnable> events = new TreeMap<>();
    private long sent;
    private boolean isRefusing;

    /** The headers that pages see in spite of CORS; null if they see all. */
    @Nullable
    List<String> exposed;

    boolean ranges = true;
    boolean hasLength = true;
    boolean reachable = true;
    /** Whether requests get an answer. */
    boolean answers = true;
    /** Whether pages may read responses at all. */
    boolean readable = true;
    /** The number of bytes by which Content-Length exceeds that of the body, as the length of a compressed body does. */
    @Nullable
    Integer compressedBy;
    /** The length of a file that responses state, or null to state the real one. (Networks cut a body at a Content-Length of 10.) */
    @Nullable
    String claimedLength;

    /** Whether requests with a range fail. */
    boolean failsRanges;
    /** Whether ranges are of compressed bytes: the decoded bytes are others, and more. */
    boolean inflates;
    /** The status of all responses, or 0. */
    int status;
    /** The ETags of successive responses, in turn. */
    List<String> etags = List.of("\"1\"");

    /** The dates of successive responses, in turn. */
    List<String> dates = List.of("Mon, 30 Nov 2026 10:00:00 GMT");

    /**
     * Creates a server.
     *
     * @param maxPiece the maximum number of bytes that a page reads at once
     */
    FakeServer(Simulation simulation, int maxPiece) {
        this.simulation = simulation;
        this.maxPiece = maxPiece;
    }

    void put(String url, byte[] content) {
        files.put(url, content);
    }

    /** Spoils the next responses. */
    void spoil(List<Fault> next) {
        faults.addAll(next);
    }

    void repair() {
        faults.clear();
        events.clear();
    }

    /** Runs an action when a number of bytes of bodies has been sent. */
    void at(long bytes, Runnable action) {
        events.merge(sent + bytes, action, (first, second) -> () -> {
            first.run();
            second.run();
        });
    }

    /** Returns the bytes of bodies that were sent. */
    long sent() {
        return sent;
    }

    /** Returns the address and range of each request. */
    List<String> requests() {
        return requests;
    }

    boolean isReachable() {
        if (!answers) {
            throw new IllegalStateException("a browser would wait for an answer");
        }
        return reachable && !isRefusing;
    }

    HttpExchange get(FakeTab tab, String url, long from, long to) {
        return new Exchange(tab, url, from, to);
    }

    private void count(int bytes) {
        sent += bytes;
        while (!events.isEmpty() && events.firstKey() <= sent) {
            events.pollFirstEntry().getValue().run();
        }
    }

    private static <T> T turn(List<T> values, int index) {
        return values.get(index % values.size());
    }

    private final class Exchange implements HttpExchange {
        private final FakeTab tab;
        private final String url;
        private final long from;
        private final long to;
        private final Platform.Condition cancelled;
        private final Map<String, String> headers = new HashMap<>();
        private Fault fault = new Fault(Kind.CUT, Integer.MAX_VALUE);
        private boolean isCancelled;
        private int answered;
        private byte[] body = new byte[0];
        private int at;

        Exchange(FakeTab tab, String url, long from, long to) {
            this.tab = tab;
            this.url = url;
            this.from = from;
            this.to = to;
            cancelled = tab.condition();
        }

        @Override
        public void send() {
            requests.add(url + (from > 0 || to >= 0 ? " " + from + "-" + (to < 0 ? "" : Long.toString(to)) : ""));
            Fault next = faults.poll();
            fault = next == null ? fault : next;
            step();
            while (!answers && !isCancelled) {
                cancelled.await();
            }
            step();
            isRefusing = fault.kind == Kind.REFUSED;
            if (fault.kind == Kind.REFUSED || !readable || failsRanges && to >= 0) {
                throw new ConnectionException("Failed to fetch");
            }
            byte[] content = files.get(url);
            answered = status > 0 ? status : content == null ? 404 : answer(content);
        }

        private void step() {
            tab.step();
            if (isCancelled) {
                throw new ConnectionException("the request was cancelled");
            }
        }

        private int answer(byte[] content) {
            if (fault.kind == Kind.STATUS) {
                return 500 + fault.value % 10;
            }
            if (fault.kind == Kind.PAGE) {
                body = HTML;
                return 200;
            }
            int number = requests.size();
            headers.put("ETag", turn(etags, number));
            headers.put("Last-Modified", turn(dates, number));
            if (fault.kind == Kind.WEAK) {
                String etag = turn(etags, number);
                headers.put("ETag", fault.value % 2 == 0 ? "W/" + etag : "W/\"" + fault.value + "\"");
            } else if (fault.kind == Kind.DATED) {
                headers.remove("ETag");
                headers.put("Last-Modified", "a date " + fault.value + " s later");
            }
            boolean isPartial = ranges && fault.kind != Kind.WHOLE && (from > 0 || to >= 0);
            int start = isPartial ? (int) from : 0;
            int end = isPartial && to >= 0 ? (int) Math.min(to + 1, content.length) : content.length;
            if (start >= end && isPartial) {
                headers.put("Content-Range", "bytes */" + content.length);
                return 416;
            }
            if (isPartial && fault.kind == Kind.SHIFTED) {
                start = start > 0 ? Math.max(0, start - fault.value - 1) : Math.min(end - 1, fault.value + 1);
            }
            body = Arrays.copyOfRange(content, start, end);
            if (isPartial) {
                String total = claimedLength == null ? Integer.toString(content.length) : claimedLength;
                headers.put("Content-Range", "bytes " + start + "-" + (end - 1) + "/" + total);
            }
            if (inflates) {
                body = new byte[end - start + 5];
            }
            state(isPartial ? end - start : content.length);
            return isPartial ? 206 : 200;
        }

        /** States the length of the body, and spoils the body. */
        private void state(int length) {
            int stated = length + (fault.kind == Kind.LONGER ? fault.value + 1 : 0);
            if (compressedBy != null) {
                headers.put("Content-Encoding", "gzip");
                stated += compressedBy;
            }
            if (hasLength && fault.kind != Kind.UNSTATED) {
                headers.put(
                        "Content-Length",
                        claimedLength == null || claimedLength.equals("10") || headers.containsKey("Content-Range")
                                ? Integer.toString(stated)
                                : claimedLength);
            }
            if (fault.kind == Kind.SHORT || fault.kind == Kind.EMPTY) {
                body = Arrays.copyOf(body, Math.min(body.length, fault.kind == Kind.EMPTY ? 0 : fault.value));
            } else if (fault.kind == Kind.FLIPPED && body.length > 0) {
                body[fault.value % body.length] ^= 1;
            }
        }

        @Override
        public int status() {
            return answered;
        }

        @Override
        public @Nullable String header(String name) {
            return exposed == null || exposed.contains(name) ? headers.get(name) : null;
        }

        @Override
        public boolean hidesHeaders() {
            return exposed != null;
        }

        @Override
        public @Nullable Bytes read() {
            step();
            int limit = fault.kind == Kind.CUT || fault.kind == Kind.SILENT
                    ? Math.min(body.length, fault.value)
                    : body.length;
            int count = Math.min(limit - at, 1 + simulation.random().nextInt(maxPiece));
            if (count > 0) {
                ByteArrayOutputStream piece = new ByteArrayOutputStream();
                piece.write(body, at, count);
                at += count;
                count(count);
                step(); // a killed or aborted tab does not get these bytes
                return new FakeBytes(piece.toByteArray());
            }
            if (fault.kind == Kind.CUT && limit < body.length) {
                throw new ConnectionException("network error");
            }
            if (fault.kind == Kind.LONGER || fault.kind == Kind.SILENT && limit < body.length) {
                while (!isCancelled) {
                    cancelled.await();
                }
                step();
            }
            return null;
        }

        @Override
        public void cancel() {
            isCancelled = true;
            cancelled.fire();
        }
    }
}
