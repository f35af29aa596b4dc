package dev.demitasse.web;

import dev.demitasse.backend.Backend;
import dev.demitasse.engine.Context;
import dev.demitasse.engine.FolderLoader;
import dev.demitasse.engine.GgufLoader;
import dev.demitasse.engine.SplitLoader;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufException;
import dev.demitasse.gguf.SplitNames;
import dev.demitasse.huggingface.FolderStream;
import dev.demitasse.store.Addresses;
import dev.demitasse.store.Chunk;
import dev.demitasse.store.Download;
import dev.demitasse.store.LostException;
import dev.demitasse.store.ModelFile;
import dev.demitasse.store.StoreException;
import dev.demitasse.store.UnusableBytesException;
import dev.demitasse.web.js.Blob;
import dev.demitasse.web.js.Request;
import dev.demitasse.web.js.Text;
import dev.demitasse.web.store.HubToken;
import dev.demitasse.web.store.ModelStore;
import dev.demitasse.web.store.Staging;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.core.JSObjects;

/** Streams a model into a backend: from a file, or from the store, which fetches missing chunks. Holds one buffer at a time. */
final class ModelReader {
    /** Follows the reading. */
    interface Listener {
        /**
         * Called when bytes were stored, or read.
         *
         * @param isDownload whether a part of the model has to be downloaded: then stored bytes are counted, otherwise bytes read
         * @param total bytes, or {@link Gguf#UNKNOWN_LENGTH}
         */
        void progress(boolean isDownload, long bytes, long total);
    }

    /** Waits until a device can take more. */
    interface BackPressure {
        /**
         * Waits until the device can take more bytes.
         *
         * @param bytes number of bytes that the backend has just received
         */
        void awaitRoom(int bytes);
    }

    /** The storage that a model takes and the browser has, in bytes. */
    record Disk(long total, long stored, long available) {
        long missing() {
            return total - stored;
        }

        boolean isShort() {
            return total != Gguf.UNKNOWN_LENGTH && available != Gguf.UNKNOWN_LENGTH && missing() > available;
        }
    }

    private static final int PROGRESS_BYTES = 1 << 20;

    private final int contextLength;
    private final Backend.Factory backends;
    private final BackPressure backPressure;
    private final Listener listener;
    private @Nullable Download download;
    private long available = Gguf.UNKNOWN_LENGTH;
    private long total = Gguf.UNKNOWN_LENGTH;
    private long read;
    private long reported;
    private boolean isDownload;
    private boolean cancelled;

    /**
     * Creates a reader.
     *
     * @param contextLength as for {@link GgufLoader}
     */
    ModelReader(int contextLength, Backend.Factory backends, BackPressure backPressure, Listener listener) {
        this.backPressure = backPressure;
        this.contextLength = contextLength;
        this.backends = backends;
        this.listener = listener;
    }

    /** Stops the reading, which then throws. */
    void cancel() {
        cancelled = true;
        if (download != null) {
            download.close();
        }
    }

    /** Returns the storage that the model takes; null if it is not stored. */
    @Nullable
    Disk disk() {
        return download == null || !download.lasts() ? null : new Disk(download.total(), download.stored(), available);
    }

    /**
     * Reads a model; waits.
     *
     * @throws Cancelled if the load was cancelled
     */
    Context read(Request request) {
        Blob file = request.getFile();
        try {
            return JSObjects.isUndefined(file.getSizeIfBlob())
                    ? download(
                            request.getUrl(),
                            request.getOptions(),
                            request.getType().equals("load"))
                    : file(file);
        } catch (RuntimeException e) {
            cancel();
            throw e;
        }
    }

    /** Returns the bytes of the model. */
    long bytes() {
        return total;
    }

    private Context file(Blob file) {
        total = (long) file.getSize();
        Text name = file.getName();
        GgufLoader loader =
                new GgufLoader(JSObjects.isUndefined(name) ? "" : name.toString(), total, contextLength, backends);
        Staging.feed(file, paced(bytes -> {
            loader.accept(bytes);
            return true;
        }));
        return loader.finish();
    }

    private Context download(String url, Request.Options options, boolean isWhole) {
        ModelStore store = ModelStore.find(HubToken.of(options));
        Download begun = store.download(url, options.isKept(), isWhole, this::stored);
        download = begun;
        try {
            available = store.available();
            return read(begun, store, url);
        } finally {
            begun.close();
        }
    }

    /** Reads a model, and discards bytes that would fail again. */
    private Context read(Download from, ModelStore store, String url) {
        try {
            Context context = read(from, url);
            if (from.lasts()) {
                store.loaded(
                        url,
                        context.model().info().name(),
                        context.model().info().architecture());
            }
            return context;
        } catch (GgufException | UnusableBytesException e) {
            from.end();
            store.discard(url);
            throw e;
        } catch (LostException e) {
            throw e;
        } catch (StoreException e) {
            throw from.stored() == 0 || !from.lasts()
                    ? e
                    : new StoreException(e.getMessage() + ". The received bytes are kept (" + from.stored()
                            + " bytes): loading again continues from there");
        }
    }

    private Context read(Download from, String url) {
        List<String> parts = SplitNames.of(Addresses.name(url));
        if (Addresses.path(url).endsWith("/")) {
            return folder(from, url);
        }
        if (parts != null) {
            return split(from, url, parts);
        }
        boolean isSharded = Addresses.path(url).endsWith(".json");
        ModelFile file = isSharded ? from.openShards(ModelStore.ONLY_FILE, url) : from.open(ModelStore.ONLY_FILE, url);
        GgufLoader loader = new GgufLoader(Addresses.name(url), file.bytes(), contextLength, backends);
        pump(from, file, bytes -> {
            loader.accept(bytes);
            return true;
        });
        total = file.bytes();
        return loader.finish();
    }

    /** Reads a split GGUF model. */
    private Context split(Download from, String url, List<String> names) {
        SplitLoader loader = new SplitLoader(names.get(0), names.size(), contextLength, backends);
        ModelFile[] files = new ModelFile[names.size()];
        for (int i = loader.file(); i >= 0; i = loader.file()) {
            if (files[i] == null) {
                files[i] = from.open(Integer.toString(i), Addresses.sibling(url, names.get(i)));
            }
            loader.begin(files[i].bytes());
            if (pump(from, files[i], loader::accept)) {
                loader.end();
            }
        }
        total = from.total();
        return loader.finish();
    }

    /** Reads a Hugging Face folder: the small files first, then the files with weights, one at a time. */
    private Context folder(Download from, String url) {
        String folder = Addresses.folder(url);
        Map<String, String> texts = new HashMap<>();
        for (String name : FolderStream.TEXT_FILES) {
            String text = from.text(name, Addresses.sibling(url, name));
            if (text != null) {
                texts.put(name, text);
            }
        }
        FolderLoader loader = new FolderLoader(Addresses.name(folder), texts, contextLength, backends);
        Map<String, ModelFile> files = new HashMap<>();
        for (String name = loader.file(); name != null; name = loader.file()) {
            ModelFile file = files.get(name);
            if (file == null) {
                file = from.open(name, Addresses.sibling(url, name));
                files.put(name, file);
            }
            if (pump(from, file, loader::accept)) {
                break; // the file is too short: finish throws
            }
        }
        total = from.total();
        return loader.finish();
    }

    private void stored(long bytes, long ofBytes) {
        if (isDownload || bytes != ofBytes) {
            isDownload = true;
            if (!cancelled) {
                listener.progress(true, bytes, ofBytes);
            }
        }
    }

    /** Reads a file. Returns whether it was read to its end. */
    private boolean pump(Download from, ModelFile file, Chunk.Target target) {
        int index = 0;
        for (Chunk chunk = from.chunk(file, index); chunk != null; chunk = from.chunk(file, ++index)) {
            if (!chunk.feed(paced(target))) {
                return false;
            }
            from.done(file, index);
        }
        return true;
    }

    /** Returns a target that waits after each buffer until the device can take the next one. */
    private Chunk.Target paced(Chunk.Target target) {
        return bytes -> {
            requireWanted();
            int length = bytes.remaining();
            boolean isMoreWanted = target.accept(bytes);
            count(length);
            backPressure.awaitRoom(length);
            requireWanted();
            return isMoreWanted;
        };
    }

    private void requireWanted() {
        if (cancelled) {
            throw new Cancelled();
        }
    }

    /** Ends a reading that was cancelled. */
    static final class Cancelled extends RuntimeException {}

    private void count(int bytes) {
        read += bytes;
        long ofBytes = download == null ? total : download.total();
        if (!isDownload && (read - reported >= PROGRESS_BYTES || read == ofBytes)) {
            reported = read;
            listener.progress(false, Math.min(read, ofBytes), ofBytes);
        }
    }
}
