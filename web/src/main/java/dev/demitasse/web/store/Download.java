package dev.demitasse.web.store;

import dev.demitasse.gguf.Gguf;
import dev.demitasse.store.Manifest;
import dev.demitasse.web.js.JsException;
import dev.demitasse.web.js.Promises;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model's files on their way into its directory. Threads fetch chunks over parallel connections, in the order in which they are read;
 * each is complete only when it is whole and, where its hash is known, verified. What is there already is not fetched again, to
 * the byte. One tab at a time downloads a model; others wait, and find it stored.
 *
 * <p>Methods wait and throw {@link StoreException}; all but {@link #close} are for Java threads.
 */
public final class Download {
    /** Hears how many bytes are stored, and how many are needed as far as that is known. */
    public interface Listener {
        /** @param total may be {@link Gguf#UNKNOWN_LENGTH} */
        void stored(long bytes, long total);
    }

    private static final int CONNECTIONS = 4;
    private static final int PROGRESS_BYTES = 1 << 20;
    private static final int POLL_INTERVAL_MS = 500;
    static final String MANIFEST = "manifest";
    static final String META = ".meta";
    private static final String ABSENT = "absent";

    private final String url;
    private final String id;
    private final int readAhead;
    private final ModelDirectory directory;
    private final Listener listener;
    private final Http http = new Http();
    private final RangeFetcher fetcher;
    private final Signal changed = new Signal();
    private final List<ModelFile> files = new ArrayList<>();
    private @Nullable Lock lock;
    private @Nullable RuntimeException failure;
    private boolean closed;
    private int threads;
    /** Whose chunks are wanted first. */
    private @Nullable ModelFile reading;

    private long unreported;

    /**
     * @param url of the model
     * @param readAhead how many chunks may be fetched beyond the one that is read
     */
    Download(String url, String id, ModelDirectory directory, int readAhead, Listener listener) {
        this.url = url;
        this.id = id;
        this.readAhead = readAhead;
        this.directory = directory;
        this.listener = listener;
        fetcher = new RangeFetcher(http, directory, new RangeFetcher.Listener() {
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
            public void awaitWanted(ModelFile file, int chunk) {
                while (isTooEarly(file, chunk)) {
                    requireSound();
                    changed.await();
                }
            }
        });
    }

    private boolean isTooEarly(ModelFile file, int chunk) {
        return chunk - file.wanted() > readAhead;
    }

    /**
     * Opens a file, and begins to fetch what is missing of it.
     *
     * @param key of letters, digits, '-', '_' and '.'; unique in the model
     */
    public ModelFile open(String key, String url) {
        ModelFile file = find(key, url);
        if (file == null) {
            throw Http.notFound(url);
        }
        return file;
    }

    private @Nullable ModelFile find(String key, String url) {
        ModelFile file = known(key);
        if (!isComplete(file)) {
            lock();
            file = known(key); // another tab may have fetched it meanwhile
            if (!isComplete(file)) {
                if (url.startsWith(Addresses.LOCAL)) {
                    throw new StoreException("there is no stored model " + url);
                }
                file = request(key, url, file);
            }
        }
        if (file != null) {
            begin(file);
        }
        return file;
    }

    private static boolean isComplete(@Nullable ModelFile file) {
        return file != null && file.isComplete();
    }

    /** The same for a file in shards. */
    public ModelFile openShards(String key, String url) {
        String text = directory.text(MANIFEST);
        ModelFile file = text == null ? null : sharded(key, url, text);
        if (file == null || !file.isComplete()) {
            lock();
            String fresh = fetchText(url);
            text = directory.text(MANIFEST);
            if (text != null && !fresh.equals(text)) {
                clear(key);
            }
            file = sharded(key, url, fresh);
            directory.putText(MANIFEST, fresh);
        }
        begin(file);
        return file;
    }

    private ModelFile sharded(String key, String url, String manifest) {
        try {
            ModelFile file = ModelFile.of(key, url, Manifest.parse(manifest));
            findStored(file);
            return file;
        } catch (IllegalArgumentException e) {
            throw new StoreException(url + " is not a manifest of shards: " + e.getMessage());
        }
    }

    private String fetchText(String url) {
        while (true) {
            Http.Reply reply = http.get(url, 0, -1);
            try {
                return reply.text();
            } catch (JsException e) {
                http.pauseBeforeRetry(url, String.valueOf(e.getMessage()));
            }
        }
    }

    /** A small file's content, or null if its server has no such file. */
    public @Nullable String text(String key, String url) {
        if (ABSENT.equals(directory.text(key + META))) {
            return null;
        }
        ModelFile file = find(key, url);
        if (file == null) {
            directory.putText(key + META, ABSENT);
            return null;
        }
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        int index = 0;
        for (Chunk chunk = chunk(file, index); chunk != null; chunk = chunk(file, ++index)) {
            chunk.feed(bytes -> {
                byte[] copy = new byte[bytes.remaining()];
                bytes.get(copy);
                text.write(copy, 0, copy.length);
                return true;
            });
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    /** What the directory knows of a file. */
    private @Nullable ModelFile known(String key) {
        String meta = directory.text(key + META);
        ModelFile file = meta == null ? null : ModelFile.parse(key, meta);
        if (file != null) {
            findStored(file);
        }
        return file;
    }

    private void findStored(ModelFile file) {
        Map<String, Long> sizes = directory.sizes();
        for (int chunk = 0; !file.isPastEnd(chunk); chunk++) {
            Long size = sizes.get(file.name(chunk));
            file.setStored(chunk, size != null && size == file.length(chunk));
            file.addArrived(file.isStored(chunk) ? file.length(chunk) : partialLength(sizes, file, chunk));
        }
    }

    private static long partialLength(Map<String, Long> sizes, ModelFile file, int chunk) {
        Long length = sizes.get(file.name(chunk) + PartialChunk.SUFFIX);
        return length == null ? 0 : length;
    }

    private void clear(String key) {
        for (String name : directory.sizes().keySet()) {
            if (name.startsWith(key + ".")) {
                directory.delete(name);
            }
        }
    }

    private void lock() {
        if (lock != null || !directory.lasts()) {
            return;
        }
        lock = Lock.takeNow(id);
        if (lock == null) {
            new Thread(this::watchOtherTab).start();
            lock = Lock.take(id);
        }
        requireSound();
    }

    /** Reports what another tab stores. */
    private void watchOtherTab() {
        while (lock == null && !closed) {
            long sum = 0;
            for (long size : directory.sizes().values()) {
                sum += size;
            }
            listener.stored(sum, Gguf.UNKNOWN_LENGTH);
            Promises.sleep(POLL_INTERVAL_MS);
        }
    }

    private void requireSound() {
        if (failure != null) {
            throw failure;
        }
        if (closed) {
            throw new StoreException("the download was stopped");
        }
    }

    /** The first request for a file, which tells its length, and whether what is stored of it still holds. */
    private @Nullable ModelFile request(String key, String url, @Nullable ModelFile known) {
        if (known != null && known.hasRanges()) {
            int chunk = known.nextMissing(0);
            long offset = partialLength(directory.sizes(), known, chunk);
            if (offset >= known.length(chunk)) {
                return known; // it needs only be completed
            }
            long start = known.start(chunk);
            Http.Reply reply = http.find(url, start + offset, start + known.length(chunk) - 1);
            if (reply != null && reply.isPartial() && known.matches(reply)) {
                fetch(known, chunk, reply);
                return known;
            }
            if (reply != null) {
                reply.cancel();
            }
        }
        Http.Reply reply = http.find(url, 0, ModelFile.CHUNK_BYTES - 1);
        if (reply != null && reply.isPartial() && reply.total() == Gguf.UNKNOWN_LENGTH) {
            // A host that doesn't let pages see the header: without the length parts are of no use.
            reply.cancel();
            reply = http.find(url, 0, -1);
        }
        if (reply == null) {
            return null;
        }
        ModelFile file = known;
        if (file == null || reply.isPartial() || file.hasRanges() || !file.matches(reply)) {
            clear(key);
            file = ModelFile.of(key, url, reply);
            if (file.bytes() != Gguf.UNKNOWN_LENGTH) {
                directory.putText(key + META, file.toJson());
            }
        }
        if (file.hasRanges()) {
            fetch(file, 0, reply);
        } else {
            fetchWhole(file, reply);
        }
        return file;
    }

    private void fetchWhole(ModelFile file, Http.@Nullable Reply reply) {
        start(() -> {
            fetcher.fetchWhole(file, reply);
            directory.putText(file.key() + META, file.toJson()); // perhaps the length was not known before
        });
    }

    /** Begins to fetch a chunk that was asked for. */
    private void fetch(ModelFile file, int chunk, Http.Reply reply) {
        file.setFetching(chunk, true);
        start(() -> fetchNow(file, chunk, reply));
    }

    private void fetchNow(ModelFile file, int chunk, Http.@Nullable Reply reply) {
        try {
            fetcher.fetch(file, chunk, reply);
        } finally {
            file.setFetching(chunk, false);
        }
    }

    /** Sees that what is missing of a file is fetched. */
    private void begin(ModelFile file) {
        if (!ModelStore.isNoted(directory)) {
            ModelStore.note(directory, Map.of("url", url));
        }
        files.add(file);
        reading = file;
        report();
        startThreads();
    }

    private void startThreads() {
        if (next() != null) {
            lock();
            while (threads < CONNECTIONS) {
                start(this::fetchMissing);
            }
        }
        releaseIfIdle();
    }

    private void start(Runnable work) {
        threads++;
        new Thread(() -> {
                    try {
                        work.run();
                    } catch (RuntimeException e) {
                        fail(e);
                    }
                    threads--;
                    releaseIfIdle();
                    changed.fire();
                })
                .start();
    }

    private void fail(RuntimeException e) {
        if (failure == null && !closed) {
            failure = e;
            http.close();
        }
    }

    private void releaseIfIdle() {
        if (lock != null && threads == 0) {
            lock.release();
            lock = null;
        }
    }

    /** Fetches missing chunks as long as there are any. */
    private void fetchMissing() {
        for (Place next = next(); next != null && failure == null && !closed; next = next()) {
            if (isTooEarly(next.file, next.index)) {
                changed.await();
            } else {
                next.file.setFetching(next.index, true);
                fetchNow(next.file, next.index, null);
            }
        }
    }

    private record Place(ModelFile file, int index) {}

    /** The chunk that should be fetched next: the one that is read, if it is missing, and those that follow. */
    private @Nullable Place next() {
        Place next = reading == null ? null : next(reading, reading.wanted());
        for (int i = 0; i < files.size() && next == null; i++) {
            next = next(files.get(i), 0);
        }
        return next;
    }

    private static @Nullable Place next(ModelFile file, int from) {
        int chunk = file.nextMissing(from);
        return !file.hasRanges() || file.isPastEnd(chunk) ? null : new Place(file, chunk);
    }

    /**
     * A chunk of a file, when it is stored and verified.
     *
     * @return null past the file's end
     */
    public @Nullable Chunk chunk(ModelFile file, int index) {
        reading = file;
        file.setWanted(index);
        changed.fire();
        while (!file.isPastEnd(index)) {
            if (file.isStored(index)) {
                Chunk chunk = directory.chunk(file.name(index));
                if (chunk != null) {
                    return chunk;
                }
                if (!file.markLost(index) && directory.lasts()) {
                    throw new LostException();
                }
                file.addArrived(-file.length(index));
                if (file.hasRanges()) {
                    startThreads();
                } else {
                    lock();
                    fetchWhole(file, null);
                }
            }
            requireSound();
            changed.await();
        }
        return null;
    }

    /** A chunk has been read. */
    public void done(ModelFile file, int index) {
        if (!directory.lasts()) {
            directory.delete(file.name(index));
        }
    }

    private void report() {
        unreported = 0;
        listener.stored(stored(), total());
    }

    /** Bytes of the opened files that are stored. */
    public long stored() {
        return files.stream().mapToLong(ModelFile::arrived).sum();
    }

    /** Bytes of the opened files, or {@link Gguf#UNKNOWN_LENGTH}. */
    public long total() {
        long total = 0;
        for (ModelFile file : files) {
            if (file.bytes() == Gguf.UNKNOWN_LENGTH) {
                return Gguf.UNKNOWN_LENGTH;
            }
            total += file.bytes();
        }
        return total;
    }

    /** Whether what is stored lasts beyond the page. */
    public boolean lasts() {
        return directory.lasts();
    }

    /** Fetches no more. What has come is kept. */
    public void close() {
        closed = true;
        http.close();
        changed.fire();
        releaseIfIdle();
    }

    /** Closes, and waits until nothing more is written. */
    public void end() {
        close();
        while (threads > 0) {
            changed.await();
        }
    }
}
