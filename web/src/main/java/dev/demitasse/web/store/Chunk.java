package dev.demitasse.web.store;

/** Stored bytes. Bytes from a {@link ModelDirectory} can be read once only. */
public interface Chunk {
    /**
     * Passes the bytes to the target until it wants no more.
     *
     * @return whether the target wants more
     */
    boolean feed(Staging.Target target);
}
