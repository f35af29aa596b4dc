package dev.demitasse.web.store;

/** A model can't be fetched or kept; says what went wrong and what is kept. */
public class StoreException extends RuntimeException {
    public StoreException(String message) {
        super(message);
    }
}
