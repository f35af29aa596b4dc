package dev.demitasse.store;

import dev.demitasse.gguf.Gguf;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A download of a model's files into its directory. Threads fetch chunks over parallel connections, in the order in which they are read.
 * A chunk is complete only when all its bytes are stored and, if its hash is known, verified. Stored bytes are not fetched again. One tab
 * at a time downloads a model; other tabs wait and find it stored.
 *
 * <p>Methods wait and throw {@link StoreException}. Call all methods but {@link #close} in Java threads.
 */
public final class Download {
    /** Receives the progress of a download. */
    public interface Listener {
        /**
         * Called after bytes were stored.
         *
         * @param bytes the number of stored bytes
         * @param total the length of all open files in bytes, or {@link Gguf#UNKNOWN_LENGTH}
         */
        void stored(long bytes, long total);
    }

    private static final int CONNECTIONS = 4;
    private static final int PROGRESS_BYTES = 1 << 20;
    private static final int POLL_INTERVAL_MS = 500;

    private final String url;
    private final ModelDirectory directory;
    private final FileNotes notes;
    private final ChunkQueue queue;
    private final Listener listener;
    private final Platform platform;
    private final int chunkBytes;
    private final Http http;
    private final Fetcher.Listener fetched = new Fetched();
    private final StoredChunks chunks;
    private final ContentSample sample;
    private final RangeFetcher fetcher;
    private final Platform.Condition changed;
    private final DirectoryLock lock;
    private final ChunkReader reader;
    private @Nullable RuntimeException failure;
    private boolean closed;
    private int threads;
    /** Bytes that arrived after the last report. */
    private long unreported;

    /**
     * Creates a download that has no open files yet.
     *
     * @param url the address of the model
     * @param id the id of the directory, by which it is locked
     * @param readAhead the maximum number of chunks to fetch ahead of the reader
     * @param chunkBytes the size of the chunks of new files
     */
    Download(
            String url,
            String id,
            ModelDirectory directory,
            int readAhead,
            int chunkBytes,
            Platform platform,
            Listener listener) {
        this.url = url;
        this.directory = directory;
        this.chunkBytes = chunkBytes;
        this.platform = platform;
        this.listener = listener;
        notes = new FileNotes(directory);
        queue = new ChunkQueue(readAhead);
        http = new Http(platform);
        changed = platform.condition();
        lock = new DirectoryLock(platform, id);
        chunks = new StoredChunks(directory, chunkBytes, lock);
        sample = new ContentSample(http, new StoredChunks(directory, chunkBytes, lock));
        fetcher = new RangeFetcher(http, chunks, sample, platform, fetched);
        reader = new ChunkReader(directory, chunks, lock, queue, changed, new Source());
    }

    private final class Fetched implements Fetcher.Listener {
        @Override
        public void received(ModelFile file, long bytes) {
            file.addArrived(bytes);
            unreported += bytes;
            if (unreported >= PROGRESS_BYTES) {
                report();
            }
        }

        @Override
        public void completed(ModelFile file, int chunk) {
            file.setStored(chunk, true);
            report();
            changed.fire();
        }

        @Override
        public void mismatched(ModelFile file) {
            notes.forgetManifest(); // the stored one may be outdated or damaged: the next visit fetches it again
        }

        @Override
        public void changed(ModelFile file) {
            notes.write(file);
        }

        @Override
        public boolean awaitWanted(ModelFile file, int chunk) {
            while (queue.isTooEarly(file, chunk)) {
                requireRunning();
                if (file.isWantedBefore(chunk)) {
                    return false;
                }
                changed.await();
            }
            return true;
        }
    }

    /**
     * Opens a file and starts to fetch its missing chunks.
     *
     * @param key the file's key: letters, digits, '-', '_' and '.'; unique in the model
     */
    public ModelFile open(String key, String url) {
        ModelFile file = find(key, url);
        if (file == null) {
            throw Http.notFound(url);
        }
        return file;
    }

    private @Nullable ModelFile find(String key, String url) {
        ModelFile file = notes.read(key);
        if (file == null || !file.isComplete()) {
            takeLock();
            file = notes.read(key); // another tab may have fetched it meanwhile
            if (file == null || !file.isComplete()) {
                if (url.startsWith(Addresses.LOCAL)) {
                    throw new StoreException("there is no stored model " + url);
                }
                file = request(key, url, file);
            }
        }
        if (file != null) {
            enqueue(file);
        }
        return file;
    }

    /**
     * Opens a file in shards and starts to fetch its missing shards.
     *
     * @param url the address of the manifest
     */
    public ModelFile openShards(String key, String url) {
        ModelFile file = notes.sharded(key, url);
        if (file == null || !file.isComplete()) {
            takeLock();
            String fresh = manifest(url);
            String text = notes.manifest();
            if (text != null && !fresh.equals(text)) {
                notes.clear(key);
            }
            file = notes.sharded(key, url, fresh);
            notes.putManifest(fresh);
        }
        enqueue(file);
        return file;
    }

    private String manifest(String url) {
        try {
            return http.text(url);
        } catch (StoreException e) {
            throw notes.isManifestDamaged() ? FileNotes.damaged(url, e) : e;
        }
    }

    /** Returns the content of a small file, or null if the server has no such file. */
    public @Nullable String text(String key, String url) {
        if (notes.isAbsent(key)) {
            return null;
        }
        ModelFile file = find(key, url);
        if (file == null) {
            notes.writeAbsent(key);
            return null;
        }
        return reader.text(file);
    }

    private void takeLock() {
        if (lock.isTaken() || !directory.lasts()) {
            return;
        }
        lock.take(this::watchOtherTab);
        for (ModelFile file : queue.files()) {
            notes.findStored(file); // another tab may have fetched chunks meanwhile
        }
        changed.fire();
        requireRunning();
    }

    /** Reports the progress of the tab that holds the lock. */
    private void watchOtherTab() {
        while (!lock.isTaken() && !closed) {
            listener.stored(directory.bytes(), Gguf.UNKNOWN_LENGTH);
            platform.sleep(POLL_INTERVAL_MS);
        }
    }

    private void requireRunning() {
        if (failure != null) {
            throw failure;
        }
        if (closed) {
            throw new StoreException("the download was stopped");
        }
    }

    /** Asks the server for a file, and starts to fetch it from the response. */
    private @Nullable ModelFile request(String key, String url, @Nullable ModelFile known) {
        FileLookup lookup = new FileLookup(http, notes, fetcher, sample, chunkBytes);
        ModelFile file = lookup.find(key, url, known);
        Response response = lookup.response();
        if (file != null && response != null) {
            if (file.hasRanges()) {
                fetch(file, lookup.chunk(), response);
            } else {
                fetchWhole(file, response);
            }
        }
        return file;
    }

    private void fetchWhole(ModelFile file, @Nullable Response response) {
        file.setFetchingWhole(true);
        start(() -> {
            try {
                new WholeFetcher(http, chunks, fetched, file).fetch(response);
                notes.write(file); // the length may not have been known before
            } finally {
                file.setFetchingWhole(false);
            }
        });
    }

    /** Starts to fetch a chunk from the response to a request for it. */
    private void fetch(ModelFile file, int chunk, Response response) {
        file.setFetching(chunk, true);
        start(() -> fetchNow(file, chunk, response));
    }

    private void fetchNow(ModelFile file, int chunk, @Nullable Response response) {
        try {
            fetcher.fetch(file, chunk, response);
        } finally {
            file.setFetching(chunk, false);
        }
    }

    /** Adds a file to the queue and starts threads that fetch its missing chunks. */
    private void enqueue(ModelFile file) {
        if (!StoredModels.isNoted(directory)) {
            StoredModels.note(directory, Map.of("url", url));
        }
        queue.add(file);
        report();
        startThreads();
    }

    private void startThreads() {
        if (queue.next() != null) {
            takeLock();
            while (threads < CONNECTIONS && queue.next() != null) {
                start(this::fetchMissing);
            }
        }
        releaseIfIdle();
    }

    private void start(Runnable work) {
        threads++;
        platform.start(() -> {
            try {
                work.run();
            } catch (RuntimeException e) {
                fail(e);
            }
            threads--;
            releaseIfIdle();
            changed.fire();
        });
    }

    private void fail(RuntimeException e) {
        if (failure == null && !closed) {
            failure = e;
            http.close();
        }
    }

    private void releaseIfIdle() {
        if (threads == 0) {
            lock.release();
        }
    }

    /** Fetches missing chunks until none is missing. */
    private void fetchMissing() {
        for (ChunkQueue.Place next = queue.next(); next != null && failure == null && !closed; next = queue.next()) {
            if (queue.isTooEarly(next.file(), next.chunk())) {
                changed.await();
            } else {
                next.file().setFetching(next.chunk(), true);
                fetchNow(next.file(), next.chunk(), null);
            }
        }
    }

    /** Does the same as {@link ChunkReader#chunk}. */
    public @Nullable Chunk chunk(ModelFile file, int index) {
        return reader.chunk(file, index);
    }

    /** Returns the chunks that were damaged or lost, in the order in which they were found, such as {@code a.gguf, chunk 2 of 6}. */
    public List<String> repaired() {
        return reader.repaired();
    }

    private final class Source implements ChunkReader.Source {
        @Override
        public void lock() {
            takeLock();
        }

        @Override
        public void awaitProgress(ModelFile file) {
            requireRunning();
            if (file.hasRanges()) {
                startThreads();
            } else if (!file.isFetchingWhole()) {
                takeLock();
                fetchWhole(file, null);
            }
            changed.await();
        }
    }

    /** Deletes a chunk that has been read, if the directory is in memory. */
    public void done(ModelFile file, int index) {
        if (!directory.lasts()) {
            directory.delete(file.name(index));
        }
    }

    private void report() {
        unreported = 0;
        listener.stored(queue.stored(), queue.total());
    }

    /** Returns the number of stored bytes of the open files. */
    public long stored() {
        return queue.stored();
    }

    /** Returns the length of the open files in bytes, or {@link Gguf#UNKNOWN_LENGTH}. */
    public long total() {
        return queue.total();
    }

    /** Returns whether the directory outlives the page. */
    public boolean lasts() {
        return directory.lasts();
    }

    /** Stops fetching. Stored bytes remain. */
    public void close() {
        closed = true;
        http.close();
        changed.fire();
        releaseIfIdle();
    }

    /** Stops fetching and waits until all threads have ended. */
    public void end() {
        close();
        while (threads > 0) {
            changed.await();
        }
    }
}
