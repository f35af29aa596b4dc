package dev.demitasse.store;

import org.jspecify.annotations.Nullable;

/** Writes a chunk, and takes the hashes of its blocks from the bytes before they are written. */
final class ChunkWriter {
    private final PartialChunk partial;
    private final StoredChunks chunks;
    private final String name;
    private final ChunkSums.Builder sums;

    /** Continues a partial chunk. The hashes of the bytes that it has already are taken from the storage. */
    ChunkWriter(PartialChunk partial, StoredChunks chunks, String name, ChunkSums.Builder sums) {
        this.partial = partial;
        this.chunks = chunks;
        this.name = name;
        this.sums = sums;
        if (partial.length() > 0) {
            partial.feed(bytes -> {
                sums.update(bytes);
                return true;
            });
        }
    }

    /** Returns the number of bytes written so far. */
    long length() {
        return partial.length();
    }

    /**
     * Appends bytes.
     *
     * @throws StorageFullException if they do not fit; the bytes written before remain
     */
    void append(Bytes bytes) {
        bytes.feed(part -> {
            sums.update(part);
            return true;
        });
        partial.append(bytes);
    }

    /** Removes all bytes. */
    void clear() {
        partial.clear();
        sums.clear();
    }

    /** Returns the SHA-256 of all bytes as 64 hexadecimal digits. Waits for the hash. */
    String sha256() {
        return partial.sha256();
    }

    /**
     * Stores the hashes, and then makes this a complete chunk. If there is no room for the hashes, closes it incomplete.
     *
     * @param sha256 the verified SHA-256 of the bytes, or null if it is not known
     * @throws StorageFullException if the hashes do not fit
     */
    void complete(@Nullable String sha256) {
        boolean hasSums = false;
        try {
            chunks.writeSums(name, sums.finish(sha256));
            hasSums = true;
        } finally {
            if (!hasSums) {
                partial.close();
            }
        }
        partial.complete();
    }

    /** Closes this chunk incomplete. It remains for a later download if the storage supports that. */
    void close() {
        partial.close();
    }
}
