package dev.demitasse.store;

/** Thrown if the browser fails to return bytes that it has. */
public final class UnreadableException extends StoreException {
    public UnreadableException(String reason) {
        super("the browser can't read the bytes: " + reason);
    }
}
