package dev.demitasse.store;

import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufStream;
import dev.demitasse.gguf.SplitNames;
import dev.demitasse.gguf.SplitStream;
import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.json.FieldException;
import dev.demitasse.json.JsonException;
import dev.demitasse.json.JsonField;
import dev.demitasse.json.JsonReader;
import dev.demitasse.json.JsonWriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The models in a storage, by address. Methods wait; call them in Java threads. */
public final class StoredModels {
    /** The key of the file of a model with one file. */
    public static final String ONLY_FILE = "model";

    /** The entry with JSON {url, name, architecture}. Name and architecture are present if the model is complete. */
    private static final String ABOUT = "about";

    /** The number of chunks to fetch ahead of the reader for a directory in memory. */
    private static final int MEMORY_CHUNKS = 3;

    private final @Nullable Storage storage;
    private final ModelDirectory.Factory memory;
    private final Platform platform;
    private final int chunkBytes;

    /**
     * Creates a view of a storage.
     *
     * @param storage the storage, or null to keep nothing
     * @param memory creates directories that do not last
     */
    public StoredModels(@Nullable Storage storage, ModelDirectory.Factory memory, Platform platform) {
        this(storage, memory, platform, ModelFile.CHUNK_BYTES);
    }

    StoredModels(@Nullable Storage storage, ModelDirectory.Factory memory, Platform platform, int chunkBytes) {
        this.storage = storage;
        this.memory = memory;
        this.platform = platform;
        this.chunkBytes = chunkBytes;
    }

    /**
     * Creates a download of a model.
     *
     * @param keep whether to use the stored part of the model, and to store what is downloaded
     * @param isWhole whether to download the whole model, or only as much as is read
     */
    public Download download(String url, boolean keep, boolean isWhole, Download.Listener listener) {
        if (storage == null || !keep || !Addresses.isLasting(url)) {
            return new Download(url, "", memory.create(), isWhole ? MEMORY_CHUNKS : 0, chunkBytes, platform, listener);
        }
        String id = id(storage, url);
        return new Download(url, id, storage.open(id), isWhole ? Integer.MAX_VALUE : 0, chunkBytes, platform, listener);
    }

    /** Returns whether a directory has a note about its model. */
    static boolean isNoted(ModelDirectory directory) {
        return about(directory) != null;
    }

    /** Records that a model is stored completely and was loaded without error. */
    public void loaded(String url, String name, String architecture) {
        if (storage == null) {
            return;
        }
        Map<String, @Nullable Object> about = new LinkedHashMap<>();
        about.put("url", url);
        about.put("name", name);
        about.put("architecture", architecture);
        note(storage.open(id(storage, url)), about);
    }

    /** Writes the note about the model in a directory. */
    static void note(ModelDirectory directory, Map<String, ?> about) {
        new Records(directory).write(ABOUT, JsonWriter.write(about, -1));
    }

    /** Returns the note about the model in a directory, or null if there is none or it is damaged. */
    private static @Nullable Map<String, @Nullable Object> about(ModelDirectory directory) {
        String json = new Records(directory).read(ABOUT);
        try {
            JsonField about = new JsonField("", json == null ? null : JsonReader.read(json));
            about.member("url").name();
            return about.object();
        } catch (JsonException | FieldException e) {
            return null;
        }
    }

    /** Returns the id of a model, which is the same for all files of a split model. */
    private static String id(Storage storage, String url) {
        List<String> parts = SplitNames.of(Addresses.name(url));
        String address = parts == null ? url : Addresses.sibling(url, parts.get(0));
        return storage.id(address);
    }

    /** Returns the stored models as {url, name, architecture, bytes, complete} objects for {@link JsonWriter}. */
    public List<@Nullable Object> list() {
        List<@Nullable Object> models = new ArrayList<>();
        if (storage == null) {
            return models;
        }
        for (String id : storage.ids()) {
            ModelDirectory directory = storage.open(id);
            Map<String, @Nullable Object> about = about(directory);
            if (about == null) {
                about = rebuilt(storage, id, directory);
            }
            if (about == null) {
                continue;
            }
            Map<String, @Nullable Object> model = new LinkedHashMap<>(about);
            model.putIfAbsent("name", Addresses.name(String.valueOf(model.get("url"))));
            model.put("bytes", directory.bytes());
            model.put("complete", model.containsKey("architecture"));
            models.add(model);
        }
        return models;
    }

    /**
     * Rebuilds the note of a directory from the notes about its files: loading the model completes it. Deletes the directory if nothing in
     * it can belong to a model.
     */
    private @Nullable Map<String, @Nullable Object> rebuilt(Storage from, String id, ModelDirectory directory) {
        FileNotes notes = new FileNotes(directory);
        for (String url : notes.addresses()) {
            for (String address : List.of(url, Addresses.folder(url))) {
                if (id(from, address).equals(id)) {
                    Map<String, @Nullable Object> about = new LinkedHashMap<>();
                    about.put("url", address);
                    note(directory, about);
                    return about;
                }
            }
        }
        if (notes.manifest() == null) { // a manifest does not contain its address; loading the model notes it again
            collect(id);
        }
        return null;
    }

    /** Deletes a directory, unless a download has just begun in it. */
    private void collect(String id) {
        Platform.Lock lock = platform.takeLockNow(id);
        if (lock != null) {
            try {
                storage().delete(id);
            } finally {
                lock.release();
            }
        }
    }

    /**
     * Deletes a stored model, complete or not.
     *
     * @throws StoreException if it is being downloaded
     */
    public void delete(String url) {
        Storage from = storage();
        String id = id(from, url);
        Platform.Lock lock = lockNow(id, url);
        try {
            from.delete(id);
        } finally {
            lock.release();
        }
    }

    /** Deletes a model whose download has ended and whose data is not usable. */
    public void discard(String url) {
        if (storage != null) {
            String id = id(storage, url);
            Platform.Lock lock = platform.takeLock(id);
            try {
                storage.delete(id);
            } finally {
                lock.release();
            }
        }
    }

    private Platform.Lock lockNow(String id, String url) {
        Platform.Lock lock = platform.takeLockNow(id);
        if (lock == null) {
            throw new StoreException(url + " is being downloaded");
        }
        return lock;
    }

    private Storage storage() {
        if (storage == null) {
            throw new StoreException("the browser provides no storage for this page");
        }
        return storage;
    }

    /** Opens the directory of a model. */
    public ModelDirectory directory(String url) {
        Storage from = storage();
        return from.open(id(from, url));
    }

    /**
     * Returns the names of the chunks of each file of a model, by the name of the file. Each chunk of a model in shards is a shard.
     *
     * @throws StoreException if the model is not stored completely
     */
    public Map<String, List<String>> files(String url) {
        ModelDirectory directory = directory(url);
        Map<String, @Nullable Object> about = about(directory);
        if (about == null || !about.containsKey("architecture")) {
            throw new StoreException("there is no complete stored model " + url);
        }
        Map<String, List<String>> files = new LinkedHashMap<>();
        for (ModelFile file : new FileNotes(directory).all(ONLY_FILE, url)) {
            files.put(file.name(), file.chunkNames());
        }
        return files;
    }

    /**
     * Reads all chunks of a stored model, and fetches those again that are damaged or missing.
     *
     * @param listener receives the number of bytes read
     * @throws StoreException if the model is not stored completely
     */
    public Verification verify(String url, Download.Listener listener) {
        Storage from = storage();
        files(url);
        String id = id(from, url);
        ModelDirectory directory = from.open(id);
        Verifier verifier =
                new Verifier(new StoredChunks(directory, chunkBytes, new DirectoryLock(platform, id)), listener);
        verifier.check(new FileNotes(directory).all(ONLY_FILE, url));
        Download download = download(url, true, true, (stored, total) -> {});
        try {
            return verifier.repair(download);
        } finally {
            download.close();
        }
    }

    /**
     * Stores the files of a model as if they had been downloaded. Replaces a stored model with the same address.
     *
     * @param files a GGUF file, or all files of a split model in order
     * @throws dev.demitasse.gguf.GgufException if a file is malformed or truncated
     * @throws StoreException if there is not enough storage, or the model is being downloaded
     */
    public void importFiles(List<? extends SourceFile> files, String url) {
        String architecture = check(files);
        Storage to = storage();
        String id = id(to, url);
        Platform.Lock lock = lockNow(id, url);
        boolean done = false;
        try {
            to.delete(id);
            ModelDirectory directory = to.open(id);
            note(directory, Map.of("url", url));
            StoredChunks chunks = new StoredChunks(directory, chunkBytes, new DirectoryLock(platform, id));
            for (int i = 0; i < files.size(); i++) {
                SourceFile source = files.get(i);
                boolean isOnly = files.size() == 1;
                String key = isOnly ? ONLY_FILE : Integer.toString(i);
                String named = isOnly ? url : Addresses.sibling(url, source.name());
                copy(source, ModelFile.of(key, named, chunkBytes, source.bytes()), directory, chunks);
            }
            loaded(url, files.get(0).name(), architecture);
            done = true;
        } finally {
            if (!done) {
                to.delete(id);
            }
            lock.release();
        }
    }

    private static void copy(SourceFile source, ModelFile file, ModelDirectory directory, StoredChunks chunks) {
        for (int chunk = 0; !file.isPastEnd(chunk); chunk++) {
            ChunkWriter partial = chunks.writer(file, chunk);
            boolean completed = false;
            try {
                source.read(file.start(chunk), file.length(chunk), partial::append);
                completed = true;
                partial.complete(null);
            } finally {
                if (!completed) {
                    partial.close();
                }
            }
        }
        new FileNotes(directory).write(file);
    }

    /** Reads and checks all files; returns the model's architecture. */
    private static String check(List<? extends SourceFile> files) {
        String[] architecture = {""};
        GgufStream.Sink sink = new GgufStream.Sink() {
            @Override
            public void header(Gguf gguf) {
                architecture[0] = gguf.metadata().string("general.architecture", "");
            }

            @Override
            public void bytes(TensorInfo tensor, long offset, ByteBuffer bytes) {
                // The stream checks that the bytes exist.
            }
        };
        if (files.size() == 1) {
            GgufStream stream = new GgufStream(files.get(0).bytes(), sink);
            files.get(0).feed(bytes -> {
                stream.accept(bytes);
                return true;
            });
            stream.finish();
        } else {
            SplitStream stream = new SplitStream(files.size(), sink);
            for (int i = stream.file(); i >= 0; i = stream.file()) {
                stream.begin(files.get(i).bytes());
                if (files.get(i).feed(stream::accept)) {
                    stream.end();
                }
            }
            stream.finish();
        }
        return architecture[0];
    }
}
