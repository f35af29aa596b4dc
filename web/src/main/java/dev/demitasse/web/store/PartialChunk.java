package dev.demitasse.web.store;

import org.teavm.jso.typedarrays.Uint8Array;

/** A chunk that is being written. Either {@link #complete} or {@link #close} ends the writing. */
interface PartialChunk {
    /** The suffix of a partial chunk's name. */
    String SUFFIX = ".part";

    /** Returns the number of bytes written so far. */
    long length();

    /**
     * Appends bytes.
     *
     * @throws StorageFullException if they do not fit; the bytes written before remain
     */
    void append(Uint8Array bytes);

    /** Removes all bytes. */
    void clear();

    /** Returns a copy of all bytes. */
    Uint8Array content();

    /** Makes this a complete chunk. */
    void complete();

    /** Closes this chunk incomplete. It remains for a later download if the storage supports that. */
    void close();
}
