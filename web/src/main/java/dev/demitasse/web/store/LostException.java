package dev.demitasse.web.store;

/** Thrown if the browser loses stored data without reporting an error. */
public final class LostException extends StoreException {
    LostException() {
        super("the browser loses what it stores: free space on its disk, or load with {cache: false}");
    }
}
