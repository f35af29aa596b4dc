package dev.demitasse.store;

import dev.demitasse.gguf.Gguf;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A response whose body may still be arriving. */
final class Response {
    private static final String RANGE_UNIT = "bytes ";
    private static final int MAX_TEXT_BYTES = 64 << 20;

    private final HttpExchange exchange;
    private final Platform platform;
    private final Consumer<Response> onEnd;
    private long lastActive;
    /** Bytes that {@link #peek} has read. */
    private final Deque<Bytes> peeked = new ArrayDeque<>();

    private boolean isSilent;

    /**
     * Creates a response to a request that will be sent.
     *
     * @param onEnd called when the body has been read or the request is cancelled
     */
    Response(HttpExchange exchange, Platform platform, Consumer<Response> onEnd) {
        this.exchange = exchange;
        this.platform = platform;
        this.onEnd = onEnd;
        lastActive = platform.now();
    }

    /**
     * Sends the request and waits for the headers.
     *
     * @throws ConnectionException if there is no response
     */
    void send() {
        boolean sent = false;
        try {
            exchange.send();
            sent = true;
            lastActive = platform.now();
        } catch (ConnectionException e) {
            throw failure(e);
        } finally {
            if (!sent) {
                onEnd.accept(this);
            }
        }
    }

    private ConnectionException failure(ConnectionException e) {
        return isSilent ? new ConnectionException("it sent nothing for " + Http.MAX_SILENCE_MS / 1000 + " s") : e;
    }

    /** Cancels the request if its connection has been silent for too long. */
    void cancelIfSilent() {
        if (platform.now() - lastActive > Http.MAX_SILENCE_MS) {
            isSilent = true;
            cancel();
        }
    }

    /** Returns whether the request was cancelled because its connection was silent. */
    boolean isSilent() {
        return isSilent;
    }

    /** Returns the HTTP status. */
    int status() {
        return exchange.status();
    }

    /** Returns whether the body is a range of the file. */
    boolean isPartial() {
        return status() == Http.PARTIAL;
    }

    /** Returns a header, or null if it is absent or hidden. Pages see only a few headers of another origin. */
    @Nullable
    String header(String name) {
        return exchange.header(name);
    }

    /** Returns the version of the file. */
    Version version() {
        return new Version(header("ETag"), header("Last-Modified"));
    }

    /** Returns the position of the first byte in the file, or {@link Gguf#UNKNOWN_LENGTH}. */
    long start() {
        String range = contentRange();
        return range == null ? Gguf.UNKNOWN_LENGTH : number(range, RANGE_UNIT.length(), range.indexOf('-'));
    }

    private @Nullable String contentRange() {
        String range = header("Content-Range");
        return range == null || !range.startsWith(RANGE_UNIT) ? null : range;
    }

    /** Returns the number of bytes in the range, or {@link Gguf#UNKNOWN_LENGTH}. */
    long rangeBytes() {
        String range = contentRange();
        long start = start();
        if (range == null || start == Gguf.UNKNOWN_LENGTH) {
            return Gguf.UNKNOWN_LENGTH;
        }
        long end = end(range);
        return end < start || end - start == Long.MAX_VALUE ? Gguf.UNKNOWN_LENGTH : end - start + 1;
    }

    private static long end(String range) {
        return number(range, range.indexOf('-') + 1, range.indexOf('/'));
    }

    /**
     * Returns the length of the file in bytes, or {@link Gguf#UNKNOWN_LENGTH}. The Content-Length of a whole file is its length only if
     * no Content-Encoding may be hidden.
     */
    long total() {
        if (isPartial()) {
            String range = contentRange();
            if (range == null || isEncoded()) {
                return Gguf.UNKNOWN_LENGTH;
            }
            long total = number(range, range.indexOf('/') + 1, range.length());
            return total > end(range) ? total : Gguf.UNKNOWN_LENGTH; // a range past the end contradicts itself
        }
        return exchange.hidesHeaders() ? Gguf.UNKNOWN_LENGTH : bodyBytes();
    }

    private boolean isEncoded() {
        String encoding = header("Content-Encoding");
        return encoding != null && !encoding.equals("identity");
    }

    /** Returns the length of the body in bytes as the server states it, or {@link Gguf#UNKNOWN_LENGTH}. */
    long bodyBytes() {
        String length = header("Content-Length");
        // The length of an encoded body is not that of the decoded bytes.
        return length == null || isEncoded() ? Gguf.UNKNOWN_LENGTH : number(length, 0, length.length());
    }

    private static long number(String text, int from, int to) {
        if (to < from) {
            return Gguf.UNKNOWN_LENGTH;
        }
        try {
            long number = Long.parseLong(text.substring(from, to));
            return number < 0 ? Gguf.UNKNOWN_LENGTH : number;
        } catch (NumberFormatException e) {
            return Gguf.UNKNOWN_LENGTH;
        }
    }

    /**
     * Waits for the next bytes.
     *
     * @return bytes, valid until the next call; null at the end
     * @throws ConnectionException if the connection breaks
     */
    @Nullable
    Bytes read() {
        Bytes next = peeked.poll();
        if (next != null) {
            return next;
        }
        return receive();
    }

    private @Nullable Bytes receive() {
        Bytes bytes = null;
        try {
            bytes = exchange.read();
            lastActive = platform.now();
        } catch (ConnectionException e) {
            throw failure(e);
        } finally {
            if (bytes == null) {
                onEnd.accept(this);
            }
        }
        return bytes;
    }

    /**
     * Waits for the first bytes and returns them as Latin-1. {@link #read} returns them again.
     *
     * @param count the number of bytes; a shorter body has fewer
     * @throws ConnectionException if the connection breaks
     */
    String peek(int count) {
        byte[] start = new byte[count];
        int length = 0;
        while (length < count) {
            Bytes bytes = receive();
            if (bytes == null) {
                break;
            }
            int part = Math.min(bytes.length(), count - length);
            bytes.slice(0, part).copyTo(start, length);
            length += part;
            peeked.add(length < count ? bytes.copy() : bytes);
        }
        return new String(start, 0, length, StandardCharsets.ISO_8859_1);
    }

    /** Reads until the array is full or the body ends; returns the number of bytes. The array may be full before the body ends. */
    int read(byte[] target) {
        int at = 0;
        while (at < target.length) {
            Bytes bytes = read();
            if (bytes == null) {
                break;
            }
            int count = Math.min(bytes.length(), target.length - at);
            bytes.slice(0, count).copyTo(target, at);
            at += count;
        }
        return at;
    }

    /**
     * Waits for the whole body as text.
     *
     * @throws StoreException if it is longer than any text that a model has
     */
    String text(String url) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (Bytes bytes = read(); bytes != null; bytes = read()) {
            if (text.size() + (long) bytes.length() > MAX_TEXT_BYTES) {
                cancel();
                throw Http.failure(url, "it sent more than " + MAX_TEXT_BYTES + " bytes of text");
            }
            byte[] copy = new byte[bytes.length()];
            bytes.copyTo(copy, 0);
            text.write(copy, 0, copy.length);
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    /** Cancels the request and frees its buffer. */
    void cancel() {
        onEnd.accept(this);
        exchange.cancel();
    }
}
