package dev.demitasse.store;

/** Thrown if a file on the server changes during its download. */
public final class ChangedException extends RuntimeException {
    ChangedException(String url) {
        super(url + " has changed while it was downloaded");
    }
}
