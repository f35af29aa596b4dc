package dev.demitasse.web.store;

import dev.demitasse.web.js.Blob;
import dev.demitasse.web.js.Promises;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The stored texts and chunks of one model or session, by name. Methods wait for the storage. */
interface ModelDirectory {
    /** Returns a stored text, or null if there is none with this name. */
    default @Nullable String text(String name) {
        Blob blob = blob(name);
        return blob == null ? null : Promises.await(blob.text()).toString();
    }

    /** Stores a text and replaces any text with this name. */
    void putText(String name, String text);

    /** Returns a complete chunk without copying its bytes, or null if there is none with this name. */
    @Nullable
    Blob blob(String name);

    /** Opens a complete chunk; returns null if there is none with this name. */
    default @Nullable Chunk chunk(String name) {
        Blob blob = blob(name);
        return blob == null ? null : target -> Staging.feed(blob, target);
    }

    /** Opens a partial chunk for appending, and creates it if it does not exist. */
    PartialChunk partialChunk(String name);

    /** Returns the size in bytes of each entry, by name. Partial chunks are included. */
    Map<String, Long> sizes();

    /** Returns the size in bytes of all entries together. */
    default long bytes() {
        long bytes = 0;
        for (long size : sizes().values()) {
            bytes += size;
        }
        return bytes;
    }

    /** Deletes an entry if it exists. */
    void delete(String name);

    /** Returns whether entries outlive the page. If not, delete each chunk after it is read. */
    boolean lasts();
}
