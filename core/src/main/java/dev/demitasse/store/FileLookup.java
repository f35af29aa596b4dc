package dev.demitasse.store;

import dev.demitasse.gguf.Gguf;
import org.jspecify.annotations.Nullable;

/** Requests the first missing bytes of a file, and so learns its length, and whether its stored chunks are still valid. */
final class FileLookup {
    private final Http http;
    private final FileNotes notes;
    private final RangeFetcher fetcher;
    private final int chunkBytes;
    private @Nullable Response response;
    private int chunk;

    /**
     * Creates a lookup of one file.
     *
     * @param chunkBytes the size of the chunks of a new file
     */
    FileLookup(Http http, FileNotes notes, RangeFetcher fetcher, int chunkBytes) {
        this.http = http;
        this.notes = notes;
        this.fetcher = fetcher;
        this.chunkBytes = chunkBytes;
    }

    /** Returns the response with the first missing bytes of the file; null if none are missing. */
    @Nullable
    Response response() {
        return response;
    }

    /** Returns the chunk that the response belongs to. */
    int chunk() {
        return chunk;
    }

    /**
     * Requests the first missing bytes. Deletes stored chunks of another version of the file.
     *
     * @param known the file as it is stored, or null
     * @return the file, or null if the server has none
     */
    @Nullable
    ModelFile find(String key, String url, @Nullable ModelFile known) {
        if (known != null && known.hasRanges()) {
            chunk = known.nextMissing(0);
            long offset = notes.partialLength(known, chunk);
            if (offset >= known.length(chunk)) {
                return known; // all bytes are there: the chunk only has to be completed
            }
            response = findRange(known, known.start(chunk) + offset);
            if (response != null) {
                return known;
            }
        }
        chunk = 0;
        Response whole = http.find(url, 0, chunkBytes - 1);
        if (whole != null && whole.isPartial() && whole.total() == Gguf.UNKNOWN_LENGTH) {
            // The host hides Content-Range, or compresses: without the length of the file, ranges are of no use.
            whole.cancel();
            whole = http.find(url, 0, -1);
        }
        response = whole;
        if (whole == null) {
            return null;
        }
        if (known != null && isSameWhole(known, whole)) {
            return known;
        }
        return create(key, url, whole);
    }

    /** Requests the rest of the chunk. Returns null if the server has another file now, or no ranges. */
    private @Nullable Response findRange(ModelFile known, long from) {
        try {
            Response range = http.find(known.url(chunk), from, known.start(chunk) + known.length(chunk) - 1);
            if (range == null || range.isPartial() && fetcher.isSame(known, range, false)) {
                return range;
            }
            range.cancel();
        } catch (UnusableBytesException e) {
            // The file has become shorter.
        }
        return null;
    }

    private static boolean isSameWhole(ModelFile known, Response whole) {
        return !whole.isPartial() && !known.hasRanges() && !known.contradicts(whole) && known.agreesWith(whole);
    }

    private ModelFile create(String key, String url, Response first) {
        notes.clear(key);
        ModelFile file = ModelFile.of(key, url, chunkBytes, first);
        if (file.bytes() != Gguf.UNKNOWN_LENGTH) {
            notes.write(file);
        }
        return file;
    }
}
