package dev.demitasse.store;

import java.nio.ByteBuffer;

/** Stored bytes. Bytes from a {@link ModelDirectory} can be read once only. */
public interface Chunk {
    /** A consumer of bytes. */
    interface Target {
        /** Takes bytes that are valid during the call only; returns whether it wants more. */
        boolean accept(ByteBuffer bytes);
    }

    /**
     * Passes the bytes to the target until it wants no more.
     *
     * @return whether the target wants more
     * @throws UnreadableException if the storage fails to return the bytes
     */
    boolean feed(Target target);
}
