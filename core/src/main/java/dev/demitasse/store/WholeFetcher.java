package dev.demitasse.store;

import dev.demitasse.gguf.Gguf;
import org.jspecify.annotations.Nullable;

/** Fetches a file from a server without ranges. After each interruption, reads it from its beginning and skips the stored bytes. */
final class WholeFetcher extends Fetcher {
    /** Maximum number of consecutive requests that bring no new bytes. */
    private static final int MAX_IDLE_PASSES = 2;

    private final ModelFile file;
    /** The chunk that is being written, or null; it stays open between passes. */
    private @Nullable ChunkWriter partial;
    /** The index of the partial chunk. */
    private int partialIndex;
    /** The largest position that a body has reached. */
    private long reached;
    /** The position at which the last body has ended without an error. */
    private long lastEnd = Gguf.UNKNOWN_LENGTH;
    /** Whether the last pass has stopped because the reader waits for a chunk that the pass had skipped. */
    private boolean isReaderBehind;

    WholeFetcher(Http http, StoredChunks chunks, Listener listener, ModelFile file) {
        super(http, chunks, listener);
        this.file = file;
    }

    /**
     * Fetches the missing chunks of the file.
     *
     * @param first the response to a request for the file, or null to send one
     */
    void fetch(@Nullable Response first) {
        try {
            fetchMissing(first);
        } finally {
            closePartial();
        }
    }

    private void fetchMissing(@Nullable Response first) {
        Response response = first;
        for (int idle = 0; idle < MAX_IDLE_PASSES; ) {
            if (response == null) {
                response = http.find(file.url(0), 0, -1);
            }
            if (response == null) {
                throw UnusableBytesException.changed(file.url(0));
            }
            if (response.isPartial() || file.contradicts(response)) {
                response.cancel();
                throw UnusableBytesException.changed(file.url(0));
            }
            long before = file.arrived();
            isReaderBehind = false;
            if (read(response)) {
                return;
            }
            idle = file.arrived() == before && !isReaderBehind ? idle + 1 : 0;
            response = null;
        }
        throw Http.failure(
                file.url(0),
                "the connection ends before its " + file.expectedBytes()
                        + " bytes have arrived, and the server does not support ranges");
    }

    /** Stores the missing chunks from a response with the whole file; returns whether its end was reached. */
    private boolean read(Response response) {
        long position = 0;
        try {
            for (Bytes bytes = response.read(); bytes != null; bytes = response.read()) {
                for (int used = 0; used < bytes.length(); ) {
                    int count = store(bytes, used, position);
                    if (count == 0) {
                        isReaderBehind = true;
                        response.cancel();
                        return false;
                    }
                    position += count;
                    used += count;
                    reached = Math.max(reached, position);
                }
            }
        } catch (ConnectionException e) {
            http.pauseBeforeRetry(file.url(0), String.valueOf(e.getMessage()));
            return false;
        }
        return isEnd(position);
    }

    /** Stores bytes at a position up to the end of their chunk. Returns their number, or 0 if the reader waits for an earlier chunk. */
    private int store(Bytes bytes, int from, long position) {
        if (position == file.bytes()) {
            if (file.bytes() == file.statedBytes()) {
                throw UnusableBytesException.compressed(file.url(0));
            }
            throw UnusableBytesException.changed(file.url(0));
        }
        int chunk = file.chunkAt(position);
        if (!listener.awaitWanted(file, chunk)) {
            return 0;
        }
        int offset = (int) (position - file.start(chunk));
        int count = Math.min(bytes.length() - from, file.length(chunk) - offset);
        if (!file.isStored(chunk)) {
            append(chunk, offset, bytes, from, count);
        }
        return count;
    }

    private void append(int chunk, int offset, Bytes bytes, int from, int count) {
        ChunkWriter target = partial(chunk);
        if (target.length() < offset) {
            closePartial(); // the chunk was lost after its first bytes had been skipped: the next pass stores it
            return;
        }
        int known = (int) Math.min(count, target.length() - offset);
        append(file, target, bytes, from + known, count - known);
        if (target.length() == file.length(chunk)) {
            completePartial();
        }
    }

    private ChunkWriter partial(int chunk) {
        if (partial != null && partialIndex == chunk) {
            return partial;
        }
        closePartial();
        ChunkWriter opened = chunks.writer(file, chunk);
        partial = opened;
        partialIndex = chunk;
        return opened;
    }

    private void completePartial() {
        ChunkWriter completed = partial;
        partial = null;
        if (completed != null) {
            complete(file, partialIndex, completed);
        }
    }

    private void closePartial() {
        if (partial != null) {
            partial.close();
            partial = null;
        }
    }

    /** Returns whether a body that has ended at a position without an error is whole. Sets the length of the file if it was not known. */
    private boolean isEnd(long position) {
        // The stated length of a compressed body may be too large: an end at the same position twice is the end of the
        // file.
        boolean isEnd = file.bytes() == Gguf.UNKNOWN_LENGTH
                ? position == reached && (position >= file.statedBytes() || position == lastEnd)
                : position == file.bytes();
        if (isEnd) {
            file.setLength(position);
            completePartial();
            return true;
        }
        lastEnd = position;
        http.pauseBeforeRetry(file.url(0), "it ended after " + position + " of " + file.expectedBytes() + " bytes");
        return false;
    }
}
