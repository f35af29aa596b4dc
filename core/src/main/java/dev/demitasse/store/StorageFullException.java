package dev.demitasse.store;

/** Thrown if the page's storage quota is used up. */
public final class StorageFullException extends StoreException {
    public StorageFullException() {
        super("the browser's storage for this page is full");
    }
}
