package dev.demitasse.store;

import dev.demitasse.gguf.Gguf;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
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
    private final Records records;

    FileNotes(ModelDirectory directory) {
        this.directory = directory;
        records = new Records(directory);
    }

    /** Returns the manifest of the shards, or null if there is none. */
    @Nullable
    String manifest() {
        return records.read(MANIFEST);
    }

    /** Deletes the manifest of the shards: the next visit fetches it again. */
    void forgetManifest() {
        records.delete(MANIFEST);
    }

    /** Returns whether there is a manifest that can't be read. */
    boolean isManifestDamaged() {
        return records.isDamaged(MANIFEST);
    }

    /** Returns whether there is a note about a file that can't be read. */
    boolean isDamaged(String key) {
        return parse(key) == null && !isAbsent(key) && records.exists(key + SUFFIX);
    }

    /** Stores the manifest of the shards. */
    void putManifest(String manifest) {
        records.write(MANIFEST, manifest);
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
        String note = records.read(key + SUFFIX);
        return note == null ? null : ModelFile.parse(key, note);
    }

    /** Writes the note about a file. */
    void write(ModelFile file) {
        records.write(file.key() + SUFFIX, file.toJson());
    }

    /** Returns whether the server is known not to have a file. */
    boolean isAbsent(String key) {
        return ABSENT.equals(records.read(key + SUFFIX));
    }

    /** Writes a note that the server does not have a file. */
    void writeAbsent(String key) {
        records.write(key + SUFFIX, ABSENT);
    }

    /**
     * Returns a file in shards with the state of its chunks, or null if no valid manifest is stored.
     *
     * @param url the address of the manifest
     */
    @Nullable
    ModelFile sharded(String key, String url) {
        String stored = manifest();
        try {
            return stored == null ? null : sharded(key, url, stored);
        } catch (StoreException e) {
            return null; // for example from an earlier version, and damaged: it is fetched again
        }
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

    /**
     * Returns all files of a model without the state of their chunks.
     *
     * @param key the key of the file in shards, if there is one
     * @param url the address of its manifest
     * @throws StoreException if a note is damaged
     */
    List<ModelFile> all(String key, String url) {
        List<ModelFile> files = new ArrayList<>();
        String text = manifest();
        if (text != null) {
            files.add(sharded(key, url, text));
        } else if (isManifestDamaged()) {
            throw damaged(url);
        }
        for (String each : keys()) {
            ModelFile file = parse(each);
            if (file != null) {
                files.add(file);
            } else if (!isAbsent(each)) {
                throw damaged(url);
            }
        }
        return files;
    }

    /** Returns the addresses of the files whose notes can be read. */
    List<String> addresses() {
        List<String> addresses = new ArrayList<>();
        for (String each : keys()) {
            ModelFile file = parse(each);
            if (file != null) {
                addresses.add(file.address());
            }
        }
        return addresses;
    }

    /** Returns the keys of the files with notes, in order. */
    private List<String> keys() {
        List<String> keys = new ArrayList<>();
        for (String name : new TreeSet<>(directory.sizes().keySet())) {
            if (name.endsWith(SUFFIX)) {
                keys.add(name.substring(0, name.length() - SUFFIX.length()));
            }
        }
        return keys;
    }

    /** Returns the exception for a note that is damaged and can't be rebuilt. */
    static StoreException damaged(String url, StoreException e) {
        return new StoreException("the browser's record of the stored file " + url + " is damaged. " + e.getMessage());
    }

    private static StoreException damaged(String url) {
        return new StoreException("the browser's record of the stored model " + url
                + " is damaged: load the model while its server can be reached, which rebuilds the record");
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
