package dev.demitasse.store;

import dev.demitasse.gguf.Gguf;
import org.jspecify.annotations.Nullable;

/** Requests the first missing bytes of a file, and so learns its length, and whether its stored chunks are still valid. */
final class FileLookup {
    private final Http http;
    private final FileNotes notes;
    private final RangeFetcher fetcher;
    private final ContentSample sample;
    private final int chunkBytes;
    private @Nullable Response response;
    private int chunk;

    /**
     * Creates a lookup of one file.
     *
     * @param chunkBytes the size of the chunks of a new file
     */
    FileLookup(Http http, FileNotes notes, RangeFetcher fetcher, ContentSample sample, int chunkBytes) {
        this.http = http;
        this.notes = notes;
        this.fetcher = fetcher;
        this.sample = sample;
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
        try {
            return request(key, url, known);
        } catch (StoreException e) {
            throw known == null && notes.isDamaged(key) ? FileNotes.damaged(url, e) : e;
        }
    }

    private @Nullable ModelFile request(String key, String url, @Nullable ModelFile known) {
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

    /** Returns whether the stored chunks are of this file, although the note about them is damaged. */
    private boolean isStored(ModelFile file) {
        notes.findStored(file);
        return sample.isSame(file, false);
    }

    /** Requests the first missing bytes of a file whose note was rebuilt. */
    private ModelFile findMissing(ModelFile file) {
        response = null;
        chunk = file.nextMissing(0);
        if (!file.isPastEnd(chunk) && notes.partialLength(file, chunk) < file.length(chunk)) {
            response = http.get(
                    file.url(chunk),
                    file.start(chunk) + notes.partialLength(file, chunk),
                    file.start(chunk) + file.length(chunk) - 1);
        }
        return file;
    }

    private static boolean isSameWhole(ModelFile known, Response whole) {
        return !whole.isPartial() && !known.hasRanges() && !known.contradicts(whole) && known.agreesWith(whole);
    }

    private ModelFile create(String key, String url, Response first) {
        if (first.total() > ModelFile.MAX_BYTES) {
            first.cancel();
            throw Http.failure(
                    url,
                    "the server states a length of " + first.total() + " bytes, and the maximum is "
                            + ModelFile.MAX_BYTES + ": it is misconfigured, or the file is not a model");
        }
        ModelFile file = ModelFile.of(key, url, chunkBytes, first);
        if (file.hasRanges() && notes.isDamaged(key) && isStored(file)) {
            first.cancel();
            notes.write(file);
            return findMissing(file);
        }
        notes.clear(key);
        ModelFile fresh = ModelFile.of(key, url, chunkBytes, first);
        if (fresh.bytes() != Gguf.UNKNOWN_LENGTH) {
            notes.write(fresh);
        }
        return fresh;
    }
}
