package dev.demitasse.store;

import dev.demitasse.gguf.Gguf;
import org.jspecify.annotations.Nullable;

/** Fetches chunks from a server with ranges. Repeats requests for missing bytes until {@link Http} gives up. */
final class RangeFetcher extends Fetcher {
    private static final int MAX_MISMATCHES = 3;

    private final ContentSample sample;
    private final Platform.Condition hashed;
    private boolean isHashing;

    RangeFetcher(Http http, StoredChunks chunks, ContentSample sample, Platform platform, Listener listener) {
        super(http, chunks, listener);
        this.sample = sample;
        hashed = platform.condition();
    }

    /**
     * Fetches the missing bytes of a chunk and verifies the chunk.
     *
     * @param first the response to a request for these bytes, or null to send one
     */
    void fetch(ModelFile file, int chunk, @Nullable Response first) {
        ChunkWriter partial = chunks.writer(file, chunk);
        boolean completed = false;
        try {
            Response response = first;
            for (int mismatches = 1; !fill(file, chunk, partial, response); mismatches++) {
                if (mismatches == MAX_MISMATCHES) {
                    listener.mismatched(file);
                    throw new StoreException(file.url(chunk) + " does not match its SHA-256, after " + mismatches
                            + " attempts: the server's file is damaged or belongs to another model");
                }
                response = null;
            }
            completed = true;
            complete(file, chunk, partial);
        } finally {
            if (!completed) {
                partial.close();
            }
        }
    }

    /** Fetches the missing bytes of a chunk. Returns whether they are the right ones; if not, removes all. */
    private boolean fill(ModelFile file, int chunk, ChunkWriter partial, @Nullable Response first) {
        Response response = first;
        boolean isShort = false;
        while (partial.length() < file.length(chunk) && !isShort) {
            try {
                receive(file, chunk, partial, response == null ? request(file, chunk, partial.length()) : response);
            } catch (UnusableBytesException e) {
                if (!file.isSharded()) {
                    throw e;
                }
                isShort = true; // the shard ends before its length in the manifest
            }
            response = null;
        }
        if (partial.length() == file.length(chunk) && matchesHash(partial, file.sha256(chunk))) {
            return true;
        }
        restart(file, partial);
        return false;
    }

    /** Returns whether a chunk matches its hash. Hashes one chunk at a time, because it must be in memory completely. */
    private boolean matchesHash(ChunkWriter partial, @Nullable String sha256) {
        if (sha256 == null) {
            return true;
        }
        while (isHashing) {
            hashed.await();
        }
        isHashing = true;
        try {
            return partial.sha256().equals(sha256);
        } finally {
            isHashing = false;
            hashed.fire();
        }
    }

    private void restart(ModelFile file, ChunkWriter partial) {
        listener.received(file, -partial.length());
        partial.clear();
    }

    /** Requests the bytes of a chunk that start at an offset in the chunk. */
    private Response request(ModelFile file, int chunk, long offset) {
        if (file.isSharded()) {
            return http.get(file.url(chunk), offset, -1);
        }
        long start = file.start(chunk);
        return http.get(file.url(chunk), start + offset, start + file.length(chunk) - 1);
    }

    /** Returns whether the server's file is still the one whose chunks are stored, although its validators differ. */
    boolean isSame(ModelFile file, Response response, boolean ifUnknown) {
        if (file.contradicts(response) || !file.agreesWith(response) && !sample.isSame(file, ifUnknown)) {
            return false;
        }
        if (file.accept(response)) {
            listener.changed(file);
        }
        return true;
    }

    private void receive(ModelFile file, int chunk, ChunkWriter partial, Response response) {
        String url = file.url(chunk);
        if (!file.isSharded() && !isSame(file, response, true)) {
            response.cancel();
            throw UnusableBytesException.changed(url);
        }
        long from = (file.isSharded() ? 0 : file.start(chunk)) + partial.length();
        long start = response.isPartial() ? response.start() : 0;
        if (start != Gguf.UNKNOWN_LENGTH && start != from) {
            if (!file.isSharded() || start != 0) {
                response.cancel();
                http.pauseBeforeRetry(url, "it sent bytes from " + start + " instead of " + from);
                return;
            }
            restart(file, partial);
        }
        copy(file, chunk, partial, response);
    }

    private void copy(ModelFile file, int chunk, ChunkWriter partial, Response response) {
        long missing = file.length(chunk) - partial.length();
        long before = missing;
        long received = 0;
        long stated = response.isPartial() ? response.rangeBytes() : Gguf.UNKNOWN_LENGTH;
        String error = "";
        try {
            for (Bytes bytes = response.read(); bytes != null; bytes = response.read()) {
                received += bytes.length();
                if (stated != Gguf.UNKNOWN_LENGTH && received > stated) {
                    response.cancel();
                    throw UnusableBytesException.compressed(file.url(chunk));
                }
                int count = (int) Math.min(bytes.length(), missing);
                append(file, partial, bytes, 0, count);
                missing -= count;
                // Don't cancel a response that ends here: Chromium keeps megabytes of a cancelled response.
                if (missing == 0 && response.bodyBytes() != before) {
                    response.cancel();
                    return;
                }
            }
        } catch (ConnectionException e) {
            error = String.valueOf(e.getMessage());
        }
        if (missing == before || missing > 0 && !error.isEmpty()) {
            http.pauseBeforeRetry(file.url(chunk), error.isEmpty() ? "it sent no bytes" : error);
        }
    }
}
