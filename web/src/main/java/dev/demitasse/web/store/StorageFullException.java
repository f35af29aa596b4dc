package dev.demitasse.web.store;

import dev.demitasse.web.js.JsException;

/** The browser gives the page no more storage. */
final class StorageFullException extends StoreException {
    StorageFullException() {
        super("the browser's storage for this page is full");
    }

    /** What to throw for a JavaScript error. */
    static RuntimeException of(RuntimeException e) {
        JsException error = JsException.of(e);
        return error.is("QuotaExceededError") ? new StorageFullException() : error;
    }
}
