package dev.demitasse.store;

/** Thrown if the stored bytes of a file are of no use, because it has changed during its download, or because it is compressed. */
public final class UnusableBytesException extends RuntimeException {
    private UnusableBytesException(String message) {
        super(message);
    }

    static UnusableBytesException changed(String url) {
        return new UnusableBytesException(url + " has changed while it was downloaded");
    }

    static UnusableBytesException replaced(String problem) {
        return new UnusableBytesException(problem
                + ", and its server has another version of the file now: load the model again to download that");
    }

    static UnusableBytesException compressed(String url) {
        return new UnusableBytesException("can't fetch " + url + ": " + WrongAnswer.COMPRESSED);
    }
}
