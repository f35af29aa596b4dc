package dev.demitasse.web.store;

import dev.demitasse.gguf.Gguf;
import dev.demitasse.store.Download;
import dev.demitasse.store.SourceFile;
import dev.demitasse.store.StoreException;
import dev.demitasse.store.StoredModels;
import dev.demitasse.store.Verification;
import dev.demitasse.web.js.Blob;
import dev.demitasse.web.js.Files;
import dev.demitasse.web.js.JsException;
import dev.demitasse.web.js.NamedBlob;
import dev.demitasse.web.js.Promises;
import dev.demitasse.web.js.WorkerScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.JSObject;
import org.teavm.jso.core.JSArray;
import org.teavm.jso.core.JSArrayReader;
import org.teavm.jso.core.JSObjects;

/** The models in the browser's storage for this site, by address. Methods wait; call them in Java threads. */
public final class ModelStore {
    /** The key of the file of a model with one file. */
    public static final String ONLY_FILE = StoredModels.ONLY_FILE;

    private final @Nullable BrowserStorage storage;
    private final StoredModels models;

    private ModelStore(@Nullable BrowserStorage storage, @Nullable HubToken token) {
        this.storage = storage;
        models = new StoredModels(storage, MemoryDirectory::new, new BrowserPlatform(token));
    }

    /** Finds the storage of the page. Without storage, the store keeps nothing. */
    public static ModelStore find() {
        return find(null);
    }

    /**
     * Finds the storage of the page. Without storage, the store keeps nothing.
     *
     * @param token of the downloads, or null
     */
    public static ModelStore find(@Nullable HubToken token) {
        return new ModelStore(BrowserStorage.find("model"), token);
    }

    /** Does the same as {@link StoredModels#download}. */
    public Download download(String url, boolean keep, boolean isWhole, Download.Listener listener) {
        return models.download(url, keep, isWhole, listener);
    }

    /** Does the same as {@link StoredModels#loaded}. */
    public void loaded(String url, String name, String architecture) {
        models.loaded(url, name, architecture);
    }

    /** Does the same as {@link StoredModels#list}. */
    public List<@Nullable Object> list() {
        return models.list();
    }

    /** Does the same as {@link StoredModels#delete}. */
    public void delete(String url) {
        models.delete(url);
    }

    /** Does the same as {@link StoredModels#discard}. */
    public void discard(String url) {
        models.discard(url);
    }

    /** Does the same as {@link StoredModels#verify}. */
    public Verification verify(String url, Download.Listener listener) {
        return models.verify(url, listener);
    }

    /** Returns the storage in bytes that is left for this site, or {@link Gguf#UNKNOWN_LENGTH}. */
    public long available() {
        Files.Manager manager = WorkerScope.getNavigator().getStorage();
        if (storage == null || JSObjects.isUndefined(manager)) {
            return Gguf.UNKNOWN_LENGTH;
        }
        try {
            Files.Estimate estimate = Promises.await(manager.estimate());
            return (long) (estimate.getQuota() - estimate.getUsage());
        } catch (JsException e) {
            return Gguf.UNKNOWN_LENGTH; // a full disk then shows when it is written to
        }
    }

    /**
     * Returns the files of a model, with shards joined. The bytes are checked, but not copied.
     *
     * @throws StoreException if the model is not stored completely, or is damaged and can't be repaired
     */
    public JSArray<NamedBlob> export(String url) {
        Verification verified = models.verify(url, (read, total) -> {});
        if (verified.error() != null) {
            throw new StoreException(verified.error());
        }
        JSArray<NamedBlob> exported = new JSArray<>();
        BrowserDirectory directory = (BrowserDirectory) models.directory(url);
        for (Map.Entry<String, List<String>> file : models.files(url).entrySet()) {
            JSArray<JSObject> blobs = new JSArray<>();
            for (String name : file.getValue()) {
                Blob chunk = directory.blob(name);
                if (chunk == null) {
                    throw new StoreException(
                            "a chunk of " + file.getKey() + " is no longer stored; load the model again");
                }
                blobs.push(chunk);
            }
            exported.push(new NamedBlob(blobs, file.getKey()));
        }
        return exported;
    }

    /** Does the same as {@link StoredModels#importFiles} with files that the user has chosen. */
    public void importFiles(JSArrayReader<NamedBlob> files, String url) {
        List<SourceFile> sources = new ArrayList<>();
        for (int i = 0; i < files.getLength(); i++) {
            sources.add(new BlobFile(files.get(i)));
        }
        models.importFiles(sources, url);
    }
}
