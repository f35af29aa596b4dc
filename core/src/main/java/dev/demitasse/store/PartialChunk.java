package dev.demitasse.store;

/** A chunk that is being written. Either {@link #complete} or {@link #close} ends the writing. */
public interface PartialChunk {
    /** The suffix of a partial chunk's name. */
    String SUFFIX = ".part";

    /** Returns the number of bytes written so far. */
    long length();

    /**
     * Appends bytes.
     *
     * @throws StorageFullException if they do not fit; the bytes written before remain
     */
    void append(Bytes bytes);

    /** Passes the bytes written so far to a target until it wants no more. The target must not wait. */
    void feed(Chunk.Target target);

    /** Removes all bytes. */
    void clear();

    /** Returns the SHA-256 of all bytes as 64 hexadecimal digits. Waits for the hash. */
    String sha256();

    /** Makes this a complete chunk. */
    void complete();

    /** Closes this chunk incomplete. It remains for a later download if the storage supports that. */
    void close();
}
