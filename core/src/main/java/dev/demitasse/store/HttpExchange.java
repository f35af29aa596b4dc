package dev.demitasse.store;

import org.jspecify.annotations.Nullable;

/** A GET request and its response. */
public interface HttpExchange {
    /**
     * Sends the request and waits for the response's headers.
     *
     * @throws ConnectionException if there is no response, or the request is cancelled
     */
    void send();

    /** Returns the HTTP status. */
    int status();

    /** Returns a header, or null if it is absent or hidden. */
    @Nullable
    String header(String name);

    /** Returns whether some headers may be hidden. Pages see only a few headers of another origin, unless it exposes more. */
    boolean hidesHeaders();

    /**
     * Waits for the next bytes of the body.
     *
     * @return bytes, valid until the next call; null at the end
     * @throws ConnectionException if the connection breaks, or the request is cancelled
     */
    @Nullable
    Bytes read();

    /** Cancels the request and frees its buffer. */
    void cancel();
}
