package dev.demitasse.web.store;

/** The browser does not give back what it has stored, though it reported no error. */
public final class LostException extends StoreException {
    LostException() {
        super("the browser loses what it stores: free space on its disk, or load with {cache: false}");
    }
}
