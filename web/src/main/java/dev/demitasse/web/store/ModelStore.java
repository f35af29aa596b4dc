package dev.demitasse.web.store;

import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufStream;
import dev.demitasse.gguf.SplitNames;
import dev.demitasse.gguf.SplitStream;
import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.json.JsonField;
import dev.demitasse.json.JsonReader;
import dev.demitasse.json.JsonWriter;
import dev.demitasse.store.Manifest;
import dev.demitasse.web.js.Blob;
import dev.demitasse.web.js.Files;
import dev.demitasse.web.js.NamedBlob;
import dev.demitasse.web.js.Promises;
import dev.demitasse.web.js.StreamReader;
import dev.demitasse.web.js.WorkerScope;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.JSObject;
import org.teavm.jso.core.JSArray;
import org.teavm.jso.core.JSArrayReader;
import org.teavm.jso.core.JSObjects;
import org.teavm.jso.typedarrays.Uint8Array;

/** The models in the browser's storage for this site, by address. Methods wait; call them in Java threads. */
public final class ModelStore {
    /** The key of the file of a model with one file. */
    public static final String ONLY_FILE = "model";

    /** The entry with JSON {url, name, architecture}. Name and architecture are present if the model is complete. */
    private static final String ABOUT = "about";

    /** The number of chunks to fetch ahead of the reader for a directory in memory. */
    private static final int MEMORY_CHUNKS = 3;

    private final @Nullable Storage storage;

    private ModelStore(@Nullable Storage storage) {
        this.storage = storage;
    }

    /** Finds the storage of the page. Without storage, the store keeps nothing. */
    public static ModelStore find() {
        return new ModelStore(Storage.find("model"));
    }

    /**
     * Creates a download of a model.
     *
     * @param keep whether to use the stored part of the model, and to store what is downloaded
     * @param isWhole whether to download the whole model, or only as much as is read
     */
    public Download download(String url, boolean keep, boolean isWhole, Download.Listener listener) {
        if (storage == null || !keep || !Addresses.isLasting(url)) {
            return new Download(url, "", new MemoryDirectory(), isWhole ? MEMORY_CHUNKS : 0, listener);
        }
        String id = id(url);
        return new Download(url, id, storage.open(id), isWhole ? Integer.MAX_VALUE : 0, listener);
    }

    /** Returns whether a directory has a note about its model. */
    static boolean isNoted(ModelDirectory directory) {
        return directory.text(ABOUT) != null;
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
        note(storage.open(id(url)), about);
    }

    /** Writes the note about the model in a directory. */
    static void note(ModelDirectory directory, Map<String, ?> about) {
        String text = JsonWriter.write(about, -1);
        if (!text.equals(directory.text(ABOUT))) {
            directory.putText(ABOUT, text);
        }
    }

    /** Returns the id of a model, which is the same for all files of a split model. */
    private static String id(String url) {
        List<String> parts = SplitNames.of(Addresses.name(url));
        String address = parts == null ? url : Addresses.sibling(url, parts.get(0));
        return Storage.id(address);
    }

    /** Returns the storage in bytes that is left for this site, or {@link Gguf#UNKNOWN_LENGTH}. */
    public long available() {
        Files.Manager manager = WorkerScope.getNavigator().getStorage();
        if (storage == null || JSObjects.isUndefined(manager)) {
            return Gguf.UNKNOWN_LENGTH;
        }
        Files.Estimate estimate = Promises.await(manager.estimate());
        return (long) (estimate.getQuota() - estimate.getUsage());
    }

    /** Returns the stored models as {url, name, architecture, bytes, complete} objects for {@link JsonWriter}. */
    public List<@Nullable Object> list() {
        List<@Nullable Object> models = new ArrayList<>();
        if (storage == null) {
            return models;
        }
        for (String id : storage.ids()) {
            ModelDirectory directory = storage.open(id);
            String about = directory.text(ABOUT);
            if (about == null) {
                continue;
            }
            Map<String, @Nullable Object> model = new LinkedHashMap<>(object(about));
            model.putIfAbsent("name", Addresses.name(String.valueOf(model.get("url"))));
            model.put("bytes", directory.bytes());
            model.put("complete", model.containsKey("architecture"));
            models.add(model);
        }
        return models;
    }

    private static Map<String, @Nullable Object> object(String json) {
        return new JsonField("", JsonReader.read(json)).object();
    }

    /**
     * Deletes a stored model, complete or not.
     *
     * @throws StoreException if it is being downloaded
     */
    public void delete(String url) {
        String id = id(url);
        Lock lock = lockNow(id, url);
        try {
            storage().delete(id);
        } finally {
            lock.release();
        }
    }

    /** Deletes a model whose download has ended and whose data is not usable. */
    public void discard(String url) {
        if (storage != null) {
            String id = id(url);
            Lock lock = Lock.take(id);
            storage.delete(id);
            lock.release();
        }
    }

    private static Lock lockNow(String id, String url) {
        Lock lock = Lock.takeNow(id);
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

    /**
     * Returns the files of a model, with shards joined. The bytes are not copied.
     *
     * @throws StoreException if the model is not stored completely
     */
    public JSArray<NamedBlob> export(String url) {
        ModelDirectory directory = storage().open(id(url));
        String about = directory.text(ABOUT);
        if (about == null || !object(about).containsKey("architecture")) {
            throw new StoreException("there is no complete stored model " + url);
        }
        JSArray<NamedBlob> files = new JSArray<>();
        FileNotes notes = new FileNotes(directory);
        String text = notes.manifest();
        if (text != null) {
            Manifest manifest = Manifest.parse(text);
            files.push(file(directory, ModelFile.of(ONLY_FILE, url, manifest), manifest.name()));
        }
        for (String name : new TreeSet<>(directory.sizes().keySet())) {
            ModelFile file = FileNotes.isNote(name) ? notes.parse(FileNotes.key(name)) : null;
            if (file != null) {
                files.push(file(directory, file, Addresses.name(file.url(0))));
            }
        }
        return files;
    }

    private static NamedBlob file(ModelDirectory directory, ModelFile file, String name) {
        JSArray<JSObject> chunks = new JSArray<>();
        for (int i = 0; !file.isPastEnd(i); i++) {
            Blob chunk = directory.blob(file.name(i));
            if (chunk == null) {
                throw new StoreException("a chunk of " + name + " is no longer stored; load the model again");
            }
            chunks.push(chunk);
        }
        return new NamedBlob(chunks, name);
    }

    /**
     * Stores the files of a model as if they had been downloaded. Replaces a stored model with the same address.
     *
     * @param files a GGUF file, or all files of a split model in order
     * @throws dev.demitasse.gguf.GgufException if a file is malformed or truncated
     * @throws StoreException if there is not enough storage, or the model is being downloaded
     */
    public void importFiles(JSArrayReader<NamedBlob> files, String url) {
        String architecture = check(files);
        String id = id(url);
        Lock lock = lockNow(id, url);
        boolean done = false;
        try {
            storage().delete(id);
            ModelDirectory directory = storage().open(id);
            note(directory, Map.of("url", url));
            for (int i = 0; i < files.getLength(); i++) {
                NamedBlob source = files.get(i);
                boolean isOnly = files.getLength() == 1;
                String key = isOnly ? ONLY_FILE : Integer.toString(i);
                String named = isOnly ? url : Addresses.sibling(url, source.getName());
                copy(source, ModelFile.of(key, named, (long) source.getSize()), directory);
            }
            loaded(url, files.get(0).getName(), architecture);
            done = true;
        } finally {
            if (!done) {
                storage().delete(id);
            }
            lock.release();
        }
    }

    private static void copy(Blob source, ModelFile file, ModelDirectory directory) {
        for (int chunk = 0; !file.isPastEnd(chunk); chunk++) {
            PartialChunk partial = directory.partialChunk(file.name(chunk));
            boolean completed = false;
            try {
                StreamReader reader = new StreamReader(
                        source.slice(file.start(chunk), file.start(chunk) + file.length(chunk)).stream());
                for (Uint8Array bytes = reader.next(); bytes != null; bytes = reader.next()) {
                    partial.append(bytes);
                }
                completed = true;
                partial.complete();
            } finally {
                if (!completed) {
                    partial.close();
                }
            }
        }
        new FileNotes(directory).write(file);
    }

    /** Reads and checks all files; returns the model's architecture. */
    private static String check(JSArrayReader<NamedBlob> files) {
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
        if (files.getLength() == 1) {
            NamedBlob file = files.get(0);
            GgufStream stream = new GgufStream((long) file.getSize(), sink);
            Staging.feed(file, bytes -> {
                stream.accept(bytes);
                return true;
            });
            stream.finish();
        } else {
            SplitStream stream = new SplitStream(files.getLength(), sink);
            for (int i = stream.file(); i >= 0; i = stream.file()) {
                stream.begin((long) files.get(i).getSize());
                if (Staging.feed(files.get(i), stream::accept)) {
                    stream.end();
                }
            }
            stream.finish();
        }
        return architecture[0];
    }
}
