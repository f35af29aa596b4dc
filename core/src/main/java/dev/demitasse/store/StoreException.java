package dev.demitasse.store;

/** Thrown if a model or session can't be fetched or stored. */
public class StoreException extends RuntimeException {
    public StoreException(String message) {
        super(message);
    }
}
