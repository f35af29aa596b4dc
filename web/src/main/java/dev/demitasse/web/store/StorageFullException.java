package dev.demitasse.web.store;

import dev.demitasse.web.js.JsException;

/** Thrown if the page's storage quota is used up. */
final class StorageFullException extends StoreException {
    StorageFullException() {
        super("the browser's storage for this page is full");
    }

    /** Converts a JavaScript error: to this exception if it reports an exceeded quota. */
    static RuntimeException of(RuntimeException e) {
        JsException error = JsException.of(e);
        return error.is("QuotaExceededError") ? new StorageFullException() : error;
    }
}
