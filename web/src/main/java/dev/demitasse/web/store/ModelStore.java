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

/** The models that the browser keeps for this site, by address. Methods wait, and are for Java threads. */
public final class ModelStore {
    /** The key of a model's only file. */
    public static final String ONLY_FILE = "model";

    /** JSON: {url, name, architecture}, the latter two when it is complete. */
    private static final String ABOUT = "about";

    /** Pieces that are held in memory beyond the one that is read. */
    private static final int MEMORY_CHUNKS = 3;

    private final @Nullable Storage storage;

    private ModelStore(@Nullable Storage storage) {
        this.storage = storage;
    }

    /** The store, which keeps nothing where the page has no storage. */
    public static ModelStore find() {
        return new ModelStore(Storage.find("model"));
    }

    /**
     * Begins to download a model.
     *
     * @param keep whether to use what is stored of it, and to store it
     * @param isWhole whether all of it is wanted, or perhaps only its beginning
     */
    public Download download(String url, boolean keep, boolean isWhole, Download.Listener listener) {
        if (storage == null || !keep || !Addresses.isLasting(url)) {
            return new Download(url, "", new MemoryDirectory(), isWhole ? MEMORY_CHUNKS : 0, listener);
        }
        String id = id(url);
        return new Download(url, id, storage.open(id), isWhole ? Integer.MAX_VALUE : 0, listener);
    }

    /** Whether anything is noted of what is stored in a directory. */
    static boolean isNoted(ModelDirectory directory) {
        return directory.text(ABOUT) != null;
    }

    /** Notes that a model is stored whole, and could be loaded. */
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

    /** Notes what is stored in a directory. */
    static void note(ModelDirectory directory, Map<String, ?> about) {
        String text = JsonWriter.write(about, -1);
        if (!text.equals(directory.text(ABOUT))) {
            directory.putText(ABOUT, text);
        }
    }

    /** The same for all parts of a split model. */
    private static String id(String url) {
        List<String> parts = SplitNames.of(Addresses.name(url));
        String address = parts == null ? url : Addresses.sibling(url, parts.get(0));
        return Storage.id(address);
    }

    /** Bytes that the browser would still store for this site, or {@link Gguf#UNKNOWN_LENGTH}. */
    public long available() {
        Files.Manager manager = WorkerScope.getNavigator().getStorage();
        if (storage == null || JSObjects.isUndefined(manager)) {
            return Gguf.UNKNOWN_LENGTH;
        }
        Files.Estimate estimate = Promises.await(manager.estimate());
        return (long) (estimate.getQuota() - estimate.getUsage());
    }

    /** What is stored: objects {url, name, architecture, bytes, complete} as {@link JsonWriter} takes them. */
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
            long bytes = 0;
            for (long size : directory.sizes().values()) {
                bytes += size;
            }
            model.put("bytes", bytes);
            model.put("complete", model.containsKey("architecture"));
            models.add(model);
        }
        return models;
    }

    private static Map<String, @Nullable Object> object(String json) {
        return new JsonField("", JsonReader.read(json)).object();
    }

    /**
     * Deletes what is stored of a model.
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

    /** Deletes what a download that has ended has stored, since it is of no use. */
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
            throw new StoreException("the browser gives this page no storage");
        }
        return storage;
    }

    /**
     * A model's files, as they were downloaded, or put together from shards. Their bytes stay where they are.
     *
     * @throws StoreException if the model is not stored whole
     */
    public JSArray<NamedBlob> export(String url) {
        ModelDirectory directory = storage().open(id(url));
        String about = directory.text(ABOUT);
        if (about == null || !object(about).containsKey("architecture")) {
            throw new StoreException("there is no whole stored model " + url);
        }
        JSArray<NamedBlob> files = new JSArray<>();
        String text = directory.text(Download.MANIFEST);
        if (text != null) {
            Manifest manifest = Manifest.parse(text);
            files.push(file(directory, ModelFile.of(ONLY_FILE, url, manifest), manifest.name()));
        }
        for (String name : new TreeSet<>(directory.sizes().keySet())) {
            String meta = name.endsWith(Download.META) ? directory.text(name) : null;
            ModelFile file = meta == null
                    ? null
                    : ModelFile.parse(name.substring(0, name.length() - Download.META.length()), meta);
            if (file != null) {
                files.push(file(directory, file, Addresses.name(file.url(0))));
            }
        }
        return files;
    }

    private static NamedBlob file(ModelDirectory directory, ModelFile file, String name) {
        JSArray<JSObject> chunks = new JSArray<>();
        for (int i = 0; !file.isPast(i); i++) {
            Blob chunk = directory.blob(file.name(i));
            if (chunk == null) {
                throw new StoreException("a part of " + name + " is no longer stored; load the model again");
            }
            chunks.push(chunk);
        }
        return new NamedBlob(chunks, name);
    }

    /**
     * Stores a model's files as if they had been downloaded. A model that is stored at the address already is replaced.
     *
     * @param files a GGUF file, or all parts of a split one, in order
     * @throws dev.demitasse.gguf.GgufException if a file is malformed or not whole
     * @throws StoreException if there is not enough storage
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
        for (int chunk = 0; !file.isPast(chunk); chunk++) {
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
        directory.putText(file.key() + Download.META, file.toJson());
    }

    /** Reads the files through; returns the model's architecture. */
    private static String check(JSArrayReader<NamedBlob> files) {
        String[] architecture = {""};
        GgufStream.Sink sink = new GgufStream.Sink() {
            @Override
            public void header(Gguf gguf) {
                architecture[0] = gguf.metadata().string("general.architecture", "");
            }

            @Override
            public void bytes(TensorInfo tensor, long offset, ByteBuffer bytes) {
                // Only whether they are there is of interest.
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
