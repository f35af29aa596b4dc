package dev.demitasse.web.store;

import dev.demitasse.gguf.Gguf;
import dev.demitasse.web.js.Buffers;
import dev.demitasse.web.js.Hash;
import dev.demitasse.web.js.JsException;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.typedarrays.Uint8Array;

/** Brings bytes from a server into a box. Asks again for what is missing until it is there, or {@link Http} gives up. */
final class Transfer {
    /** Hears of what has come. */
    interface Listener {
        void came(ModelFile file, long bytes);

        /** A piece is complete. */
        void completed(ModelFile file, int piece);

        /** Waits until a piece is wanted, if it should not be stored before. */
        void awaitWanted(ModelFile file, int piece);
    }

    private static final int MOST_MISMATCHES = 3;
    /** Of a whole file, in a row, that brought nothing new. */
    private static final int MOST_IDLE_PASSES = 2;

    private final Http http;
    private final Box box;
    private final Listener listener;
    private final Signal hashed = new Signal();
    private boolean isHashing;

    Transfer(Http http, Box box, Listener listener) {
        this.http = http;
        this.box = box;
        this.listener = listener;
    }

    /**
     * Fetches what is missing of a piece, and verifies it.
     *
     * @param first an answer that has it, if one was asked for already
     */
    void fetch(ModelFile file, int piece, Http.@Nullable Reply first) {
        Box.Part part = box.part(file.name(piece));
        boolean completed = false;
        try {
            Http.Reply reply = first;
            for (int mismatches = 0; ; ) {
                while (part.length() < file.length(piece)) {
                    receive(file, piece, part, reply == null ? ask(file, piece, part.length()) : reply);
                    reply = null;
                }
                if (part.length() == file.length(piece) && isSound(part, file.sha256(piece))) {
                    break;
                }
                restart(file, part);
                mismatches++;
                if (mismatches == MOST_MISMATCHES) {
                    throw new StoreException(file.url(piece) + " does not match its SHA-256, after " + mismatches
                            + " attempts: what the server has is damaged, or not of this model");
                }
            }
            completed = true;
            complete(file, piece, part);
        } finally {
            if (!completed) {
                part.close();
            }
        }
    }

    /** Whether a part has a hash, if that is known. One at a time: it is all in memory for that. */
    private boolean isSound(Box.Part part, @Nullable String sha256) {
        if (sha256 == null) {
            return true;
        }
        while (isHashing) {
            hashed.await();
        }
        isHashing = true;
        try {
            Uint8Array content = part.content();
            String hash = Hash.sha256(content);
            Buffers.free(content);
            return hash.equals(sha256);
        } finally {
            isHashing = false;
            hashed.fire();
        }
    }

    private void restart(ModelFile file, Box.Part part) {
        listener.came(file, -part.length());
        part.clear();
    }

    /** @param offset in the piece */
    private Http.Reply ask(ModelFile file, int piece, long offset) {
        if (file.isSharded()) {
            return http.get(file.url(piece), offset, -1);
        }
        long start = file.start(piece);
        return http.get(file.url(piece), start + offset, start + file.length(piece) - 1);
    }

    private void receive(ModelFile file, int piece, Box.Part part, Http.Reply reply) {
        String url = file.url(piece);
        long from = (file.isSharded() ? 0 : file.start(piece)) + part.length();
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
            restart(file, part);
        }
        copy(file, piece, part, reply);
    }

    private void copy(ModelFile file, int piece, Box.Part part, Http.Reply reply) {
        long missing = file.length(piece) - part.length();
        long before = missing;
        String trouble = "";
        try {
            for (Uint8Array bytes = reply.read(); bytes != null; bytes = reply.read()) {
                int count = (int) Math.min(bytes.getLength(), missing);
                append(file, part, bytes, 0, count);
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
            http.trouble(file.url(piece), trouble.isEmpty() ? "it gave no bytes" : trouble);
        }
    }

    private void append(ModelFile file, Box.Part part, Uint8Array bytes, int from, int count) {
        if (count == 0) {
            return;
        }
        part.append(
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
        for (int idle = 0; idle < MOST_IDLE_PASSES; ) {
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
        Box.Part part = null;
        try {
            for (Uint8Array bytes = reply.read(); bytes != null; bytes = reply.read()) {
                int used = 0;
                while (used < bytes.getLength() && position != file.bytes()) {
                    int piece = file.pieceAt(position);
                    listener.awaitWanted(file, piece);
                    int offset = (int) (position - file.start(piece));
                    int count = Math.min(bytes.getLength() - used, file.length(piece) - offset);
                    if (!file.isStored(piece)) {
                        if (part == null) {
                            part = box.part(file.name(piece));
                        }
                        int known = (int) Math.min(count, Math.max(0, part.length() - offset));
                        if (known < count) {
                            append(file, part, bytes, used + known, count - known);
                        }
                    }
                    position += count;
                    used += count;
                    if (part != null && offset + count == file.length(piece)) {
                        complete(file, piece, part);
                        part = null;
                    }
                }
            }
            if (file.bytes() == Gguf.UNKNOWN_LENGTH) {
                file.end(position);
                if (part != null) {
                    complete(file, file.pieceAt(position), part);
                    part = null;
                }
            }
            if (position == file.bytes()) {
                return true;
            }
            http.trouble(file.url(0), "it ended after " + position + " of " + file.bytes() + " bytes");
        } catch (JsException e) {
            http.trouble(file.url(0), String.valueOf(e.getMessage()));
        } finally {
            if (part != null) {
                part.close();
            }
        }
        return false;
    }

    private void complete(ModelFile file, int piece, Box.Part part) {
        part.complete();
        listener.completed(file, piece);
    }
}
