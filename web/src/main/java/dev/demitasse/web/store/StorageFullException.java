package dev.demitasse.web.store;

import dev.demitasse.web.js.JsException;

/** Thrown if the page's storage quota is used up. */
final class StorageFullException extends StoreException {
    StorageFullException() {
        super("the browser's storage for this page is full");
    }

    /** Returns this exception for an exceeded quota, or else the error as a {@link JsException}. */
    static RuntimeException of(RuntimeException e) {
        JsException error = JsException.of(e);
        return error.is("QuotaExceededError") ? new StorageFullException() : error;
    }
}
