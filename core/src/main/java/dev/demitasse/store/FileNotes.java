package dev.demitasse.store;

import dev.demitasse.gguf.Gguf;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The notes about a model's files in its directory: length and version of each file, and the manifest of a model in shards. Methods
 * wait for the storage.
 */
final class FileNotes {
    private static final String MANIFEST = "manifest";
    private static final String SUFFIX = ".meta";
    /** The note about a file that the server does not have. */
    private static final String ABSENT = "absent";

    private final ModelDirectory directory;

    FileNotes(ModelDirectory directory) {
        this.directory = directory;
    }

    /** Returns whether an entry of the directory is a note about a file. */
    static boolean isNote(String name) {
        return name.endsWith(SUFFIX);
    }

    /** Returns the key of the file that a note is about. */
    static String key(String note) {
        return note.substring(0, note.length() - SUFFIX.length());
    }

    /** Returns the manifest of the shards, or null if there is none. */
    @Nullable
    String manifest() {
        return directory.text(MANIFEST);
    }

    /** Stores the manifest of the shards. */
    void putManifest(String manifest) {
        directory.putText(MANIFEST, manifest);
    }

    /** Returns a file with the state of its chunks, or null if there is no valid note. */
    @Nullable
    ModelFile read(String key) {
        ModelFile file = parse(key);
        if (file != null) {
            findStored(file);
        }
        return file;
    }

    /** Returns a file without the state of its chunks, or null if there is no valid note. */
    @Nullable
    ModelFile parse(String key) {
        String note = directory.text(key + SUFFIX);
        return note == null ? null : ModelFile.parse(key, note);
    }

    /** Writes the note about a file. */
    void write(ModelFile file) {
        directory.putText(file.key() + SUFFIX, file.toJson());
    }

    /** Returns whether the server is known not to have a file. */
    boolean isAbsent(String key) {
        return ABSENT.equals(directory.text(key + SUFFIX));
    }

    /** Writes a note that the server does not have a file. */
    void writeAbsent(String key) {
        directory.putText(key + SUFFIX, ABSENT);
    }

    /**
     * Returns a file in shards with the state of its chunks.
     *
     * @throws StoreException if the manifest is malformed
     */
    ModelFile sharded(String key, String url, String manifest) {
        try {
            ModelFile file = ModelFile.of(key, url, Manifest.parse(manifest));
            findStored(file);
            return file;
        } catch (IllegalArgumentException e) {
            throw new StoreException(url + " is not a manifest of shards: " + e.getMessage());
        }
    }

    /** Sets the state of the chunks of a file to that in the directory. */
    void findStored(ModelFile file) {
        if (file.bytes() == Gguf.UNKNOWN_LENGTH) {
            return; // the first pass ended early: nothing is known of the chunks
        }
        file.addArrived(-file.arrived());
        Map<String, Long> sizes = directory.sizes();
        for (int chunk = 0; !file.isPastEnd(chunk); chunk++) {
            Long size = sizes.get(file.name(chunk));
            file.setStored(chunk, size != null && size == file.length(chunk));
            file.addArrived(file.isStored(chunk) ? file.length(chunk) : partialLength(sizes, file, chunk));
        }
    }

    /** Returns the number of stored bytes of a chunk that is not complete. */
    long partialLength(ModelFile file, int chunk) {
        return partialLength(directory.sizes(), file, chunk);
    }

    private static long partialLength(Map<String, Long> sizes, ModelFile file, int chunk) {
        Long length = sizes.get(file.name(chunk) + PartialChunk.SUFFIX);
        return length == null ? 0 : length;
    }

    /** Deletes the note and the chunks of a file. */
    void clear(String key) {
        for (String name : directory.sizes().keySet()) {
            if (name.startsWith(key + ".")) {
                directory.delete(name);
            }
        }
    }
}
