package dev.demitasse.web.store;

import dev.demitasse.gguf.Gguf;
import dev.demitasse.web.js.Buffers;
import dev.demitasse.web.js.Hash;
import dev.demitasse.web.js.JsException;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.typedarrays.Uint8Array;

/** Fetches chunks from a server into a directory. Repeats requests for missing bytes until {@link Http} gives up. */
final class RangeFetcher {
    /** Receives the progress of the fetcher. */
    interface Listener {
        /** Called after bytes were appended, or removed if the number is negative. */
        void received(ModelFile file, long bytes);

        /** Called after a chunk was stored completely. */
        void completed(ModelFile file, int chunk);

        /** Waits until the reader is close enough to a chunk for it to be stored. */
        void awaitWanted(ModelFile file, int chunk);
    }

    private static final int MAX_MISMATCHES = 3;
    /** Maximum number of consecutive requests for a whole file that bring no new bytes. */
    private static final int MAX_IDLE_PASSES = 2;

    private final Http http;
    private final ModelDirectory directory;
    private final Listener listener;
    private final Signal hashed = new Signal();
    private boolean isHashing;

    RangeFetcher(Http http, ModelDirectory directory, Listener listener) {
        this.http = http;
        this.directory = directory;
        this.listener = listener;
    }

    /**
     * Fetches the missing bytes of a chunk and verifies the chunk.
     *
     * @param first the response to a request for these bytes, or null to send one
     */
    void fetch(ModelFile file, int chunk, @Nullable HttpResponse first) {
        PartialChunk partial = directory.partialChunk(file.name(chunk));
        boolean completed = false;
        try {
            HttpResponse response = first;
            for (int mismatches = 0; ; ) {
                while (partial.length() < file.length(chunk)) {
                    receive(file, chunk, partial, response == null ? request(file, chunk, partial.length()) : response);
                    response = null;
                }
                if (partial.length() == file.length(chunk) && matchesHash(partial, file.sha256(chunk))) {
                    break;
                }
                restart(file, partial);
                mismatches++;
                if (mismatches == MAX_MISMATCHES) {
                    throw new StoreException(file.url(chunk) + " does not match its SHA-256, after " + mismatches
                            + " attempts: the server's file is damaged or belongs to another model");
                }
            }
            completed = true;
            complete(file, chunk, partial);
        } finally {
            if (!completed) {
                partial.close();
            }
        }
    }

    /** Returns whether a chunk matches its hash. Hashes one chunk at a time, because it must be in memory completely. */
    private boolean matchesHash(PartialChunk partial, @Nullable String sha256) {
        if (sha256 == null) {
            return true;
        }
        while (isHashing) {
            hashed.await();
        }
        isHashing = true;
        try {
            Uint8Array content = partial.content();
            String hash = Hash.sha256(content);
            Buffers.free(content);
            return hash.equals(sha256);
        } finally {
            isHashing = false;
            hashed.fire();
        }
    }

    private void restart(ModelFile file, PartialChunk partial) {
        listener.received(file, -partial.length());
        partial.clear();
    }

    /** Requests the bytes of a chunk that start at an offset in the chunk. */
    private HttpResponse request(ModelFile file, int chunk, long offset) {
        if (file.isSharded()) {
            return http.get(file.url(chunk), offset, -1);
        }
        long start = file.start(chunk);
        return http.get(file.url(chunk), start + offset, start + file.length(chunk) - 1);
    }

    private void receive(ModelFile file, int chunk, PartialChunk partial, HttpResponse response) {
        String url = file.url(chunk);
        long from = (file.isSharded() ? 0 : file.start(chunk)) + partial.length();
        if (!file.isSharded() && !file.matches(response)) {
            response.cancel();
            throw new ChangedException(url);
        }
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

    private void copy(ModelFile file, int chunk, PartialChunk partial, HttpResponse response) {
        long missing = file.length(chunk) - partial.length();
        long before = missing;
        String error = "";
        try {
            for (Uint8Array bytes = response.read(); bytes != null; bytes = response.read()) {
                int count = (int) Math.min(bytes.getLength(), missing);
                append(file, partial, bytes, 0, count);
                missing -= count;
                // Don't cancel a response that ends here: Chromium keeps megabytes of a cancelled response.
                if (missing == 0 && response.bodyBytes() != before) {
                    response.cancel();
                    return;
                }
            }
        } catch (JsException e) {
            error = String.valueOf(e.getMessage());
        }
        if (missing == before || missing > 0 && !error.isEmpty()) {
            http.pauseBeforeRetry(file.url(chunk), error.isEmpty() ? "it sent no bytes" : error);
        }
    }

    private void append(ModelFile file, PartialChunk partial, Uint8Array bytes, int from, int count) {
        if (count == 0) {
            return;
        }
        partial.append(
                count == bytes.getLength()
                        ? bytes
                        : new Uint8Array(bytes.getBuffer(), bytes.getByteOffset() + from, count));
        http.progressed();
        listener.received(file, count);
    }

    /**
     * Fetches a file from a server without ranges. After each interruption, reads it from its beginning and skips the stored bytes.
     *
     * @param first the response to a request for the file, or null to send one
     */
    void fetchWhole(ModelFile file, @Nullable HttpResponse first) {
        HttpResponse response = first;
        for (int idle = 0; idle < MAX_IDLE_PASSES; ) {
            if (response == null) {
                response = http.find(file.url(0), 0, -1);
            }
            if (response == null) {
                throw new ChangedException(file.url(0));
            }
            if (response.isPartial() || !file.matches(response)) {
                response.cancel();
                throw new ChangedException(file.url(0));
            }
            long before = file.arrived();
            if (readWhole(file, response)) {
                return;
            }
            idle = file.arrived() == before ? idle + 1 : 0;
            response = null;
        }
        throw new StoreException("can't fetch " + file.url(0) + ": the connection ends before its " + file.bytes()
                + " bytes have arrived, and the server does not support ranges");
    }

    /** Stores the missing chunks of a file from a response with the whole file; returns whether its end was reached. */
    private boolean readWhole(ModelFile file, HttpResponse response) {
        long position = 0;
        PartialChunk partial = null;
        try {
            for (Uint8Array bytes = response.read(); bytes != null; bytes = response.read()) {
                int used = 0;
                while (used < bytes.getLength() && position != file.bytes()) {
                    int chunk = file.chunkAt(position);
                    listener.awaitWanted(file, chunk);
                    int offset = (int) (position - file.start(chunk));
                    int count = Math.min(bytes.getLength() - used, file.length(chunk) - offset);
                    if (!file.isStored(chunk)) {
                        if (partial == null) {
                            partial = directory.partialChunk(file.name(chunk));
                        }
                        int known = (int) Math.min(count, Math.max(0, partial.length() - offset));
                        if (known < count) {
                            append(file, partial, bytes, used + known, count - known);
                        }
                    }
                    position += count;
                    used += count;
                    if (partial != null && offset + count == file.length(chunk)) {
                        complete(file, chunk, partial);
                        partial = null;
                    }
                }
            }
            if (file.bytes() == Gguf.UNKNOWN_LENGTH) {
                file.setLength(position);
                if (partial != null) {
                    complete(file, file.chunkAt(position), partial);
                    partial = null;
                }
            }
            if (position == file.bytes()) {
                return true;
            }
            http.pauseBeforeRetry(file.url(0), "it ended after " + position + " of " + file.bytes() + " bytes");
        } catch (JsException e) {
            http.pauseBeforeRetry(file.url(0), String.valueOf(e.getMessage()));
        } finally {
            if (partial != null) {
                partial.close();
            }
        }
        return false;
    }

    private void complete(ModelFile file, int chunk, PartialChunk partial) {
        partial.complete();
        listener.completed(file, chunk);
    }
}
