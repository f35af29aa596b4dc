package dev.demitasse.store;

/** Thrown if the browser loses stored data without reporting an error. */
public final class LostException extends StoreException {
    LostException() {
        super("the browser loses stored data: free some disk space, or load with {cache: false}");
    }
}
