package dev.demitasse.web.store;

/** A server has another version of a file now than the one that was begun. */
public final class ChangedException extends RuntimeException {
    ChangedException(String url) {
        super(url + " has changed while it was downloaded");
    }
}
