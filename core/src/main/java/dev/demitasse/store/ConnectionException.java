package dev.demitasse.store;

/** Thrown if a request gets no response, or its body ends with an error. */
public final class ConnectionException extends RuntimeException {
    public ConnectionException(String message) {
        super(message);
    }
}
