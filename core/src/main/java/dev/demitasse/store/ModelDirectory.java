package dev.demitasse.store;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The stored texts and chunks of one model or session, by name. Methods wait for the storage. */
public interface ModelDirectory {
    /** Creates directories. */
    interface Factory {
        ModelDirectory create();
    }

    /** Returns a stored text, or null if there is none with this name. */
    @Nullable
    String text(String name);

    /** Stores a text and replaces any text with this name. */
    void putText(String name, String text);

    /** Opens a complete chunk; returns null if there is none with this name. */
    @Nullable
    Chunk chunk(String name);

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
