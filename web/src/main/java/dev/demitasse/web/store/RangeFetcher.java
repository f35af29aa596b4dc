package dev.demitasse.web.store;

import dev.demitasse.gguf.Gguf;
import dev.demitasse.web.js.Buffers;
import dev.demitasse.web.js.Hash;
import dev.demitasse.web.js.JsException;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.typedarrays.Uint8Array;

/** Brings bytes from a server into a directory. Asks again for what is missing until it is there, or {@link Http} gives up. */
final class RangeFetcher {
    /** Hears of what has come. */
    interface Listener {
        void came(ModelFile file, long bytes);

        /** A chunk is complete. */
        void completed(ModelFile file, int chunk);

        /** Waits until a chunk is wanted, if it should not be stored before. */
        void awaitWanted(ModelFile file, int chunk);
    }

    private static final int MAX_MISMATCHES = 3;
    /** Of a whole file, in a row, that brought nothing new. */
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
     * Fetches what is missing of a chunk, and verifies it.
     *
     * @param first an answer that has it, if one was asked for already
     */
    void fetch(ModelFile file, int chunk, Http.@Nullable Reply first) {
        PartialChunk partial = directory.partialChunk(file.name(chunk));
        boolean completed = false;
        try {
            Http.Reply reply = first;
            for (int mismatches = 0; ; ) {
                while (partial.length() < file.length(chunk)) {
                    receive(file, chunk, partial, reply == null ? ask(file, chunk, partial.length()) : reply);
                    reply = null;
                }
                if (partial.length() == file.length(chunk) && isSound(partial, file.sha256(chunk))) {
                    break;
                }
                restart(file, partial);
                mismatches++;
                if (mismatches == MAX_MISMATCHES) {
                    throw new StoreException(file.url(chunk) + " does not match its SHA-256, after " + mismatches
                            + " attempts: what the server has is damaged, or not of this model");
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

    /** Whether a part has a hash, if that is known. One at a time: it is all in memory for that. */
    private boolean isSound(PartialChunk partial, @Nullable String sha256) {
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
        listener.came(file, -partial.length());
        partial.clear();
    }

    /** @param offset in the chunk */
    private Http.Reply ask(ModelFile file, int chunk, long offset) {
        if (file.isSharded()) {
            return http.get(file.url(chunk), offset, -1);
        }
        long start = file.start(chunk);
        return http.get(file.url(chunk), start + offset, start + file.length(chunk) - 1);
    }

    private void receive(ModelFile file, int chunk, PartialChunk partial, Http.Reply reply) {
        String url = file.url(chunk);
        long from = (file.isSharded() ? 0 : file.start(chunk)) + partial.length();
        if (!file.isSharded() && !file.agrees(reply)) {
            reply.cancel();
            throw new ChangedException(url);
        }
        long start = reply.isPartial() ? reply.start() : 0;
        if (start != Gguf.UNKNOWN_LENGTH && start != from) {
            if (!file.isSharded() || start != 0) {
                reply.cancel();
                http.trouble(url, "it gave bytes from " + start + " where those from " + from + " were asked for");
                return;
            }
            restart(file, partial);
        }
        copy(file, chunk, partial, reply);
    }

    private void copy(ModelFile file, int chunk, PartialChunk partial, Http.Reply reply) {
        long missing = file.length(chunk) - partial.length();
        long before = missing;
        String trouble = "";
        try {
            for (Uint8Array bytes = reply.read(); bytes != null; bytes = reply.read()) {
                int count = (int) Math.min(bytes.getLength(), missing);
                append(file, partial, bytes, 0, count);
                missing -= count;
                // An answer that ends here is read to its end: Chromium keeps megabytes of one that is cut short.
                if (missing == 0 && reply.bodyBytes() != before) {
                    reply.cancel();
                    return;
                }
            }
        } catch (JsException e) {
            trouble = String.valueOf(e.getMessage());
        }
        if (missing == before || missing > 0 && !trouble.isEmpty()) {
            http.trouble(file.url(chunk), trouble.isEmpty() ? "it gave no bytes" : trouble);
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
        listener.came(file, count);
    }

    /**
     * Fetches a file whose server gives no parts: after each cut from its beginning, past what is there.
     *
     * @param first an answer that has it, if one was asked for already
     */
    void fetchWhole(ModelFile file, Http.@Nullable Reply first) {
        Http.Reply reply = first;
        for (int idle = 0; idle < MAX_IDLE_PASSES; ) {
            if (reply == null) {
                reply = http.find(file.url(0), 0, -1);
            }
            if (reply == null) {
                throw new ChangedException(file.url(0));
            }
            if (reply.isPartial() || !file.agrees(reply)) {
                reply.cancel();
                throw new ChangedException(file.url(0));
            }
            long before = file.arrived();
            if (readWhole(file, reply)) {
                return;
            }
            idle = file.arrived() == before ? idle + 1 : 0;
            reply = null;
        }
        throw new StoreException("can't fetch " + file.url(0) + ": the connection ends before its " + file.bytes()
                + " bytes have come, and the server gives no parts of it");
    }

    /** Whether the end was reached. */
    private boolean readWhole(ModelFile file, Http.Reply reply) {
        long position = 0;
        PartialChunk partial = null;
        try {
            for (Uint8Array bytes = reply.read(); bytes != null; bytes = reply.read()) {
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
                file.end(position);
                if (partial != null) {
                    complete(file, file.chunkAt(position), partial);
                    partial = null;
                }
            }
            if (position == file.bytes()) {
                return true;
            }
            http.trouble(file.url(0), "it ended after " + position + " of " + file.bytes() + " bytes");
        } catch (JsException e) {
            http.trouble(file.url(0), String.valueOf(e.getMessage()));
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
