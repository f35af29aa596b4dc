package dev.demitasse.store;

/** A file to import. */
public interface SourceFile {
    String name();

    /** Returns the length in bytes. */
    long bytes();

    /** A consumer of bytes. */
    interface Target {
        /** Takes bytes that are valid during the call only. */
        void accept(Bytes bytes);
    }

    /** Passes the bytes in a range to the target. */
    void read(long from, long count, Target target);

    /**
     * Passes all bytes to the target until it wants no more.
     *
     * @return whether the target wants more
     */
    boolean feed(Chunk.Target target);
}
