package dev.demitasse.store;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Waits for the chunks of a download, and lets it fetch those again that the storage has damaged or lost. */
final class ChunkReader {
    /** Provides missing chunks. */
    interface Source {
        /** Waits for the lock of the directory and takes it. Updates the state of the chunks, since another tab may have changed it. */
        void lock();

        /**
         * Waits for a change while the missing chunks of a file are fetched.
         *
         * @throws StoreException if they can't be fetched
         */
        void awaitProgress(ModelFile file);
    }

    private final ModelDirectory directory;
    private final StoredChunks chunks;
    private final DirectoryLock lock;
    private final ChunkQueue queue;
    private final Platform.Condition changed;
    private final Source source;
    private final Repairs repairs = new Repairs();

    /**
     * Creates a reader.
     *
     * @param queue learns which chunk is read, and so which chunks are fetched next
     * @param changed is fired when another chunk is read
     */
    ChunkReader(
            ModelDirectory directory,
            StoredChunks chunks,
            DirectoryLock lock,
            ChunkQueue queue,
            Platform.Condition changed,
            Source source) {
        this.directory = directory;
        this.chunks = chunks;
        this.lock = lock;
        this.queue = queue;
        this.changed = changed;
        this.source = source;
    }

    /**
     * Waits until a chunk is stored.
     *
     * @return the chunk, or null past the end of the file. Reading it checks its bytes. Damaged and lost bytes are fetched again, or the
     *     reading ends with a {@link StoreException} that names the chunk, or with a {@link LostException} if the browser has lost the
     *     chunk twice
     */
    @Nullable
    Chunk chunk(ModelFile file, int index) {
        queue.read(file, index);
        changed.fire();
        if (!directory.lasts()) {
            return held(file, index);
        }
        return awaitStored(file, index)
                ? new CheckedChunk(chunks, file, index, isMissing -> fetchAgain(file, index, isMissing))
                : null;
    }

    /** Returns a chunk in memory, which may have been deleted after it was read. */
    private @Nullable Chunk held(ModelFile file, int index) {
        while (awaitStored(file, index)) {
            Chunk held = directory.chunk(file.name(index));
            if (held != null) {
                return held;
            }
            forget(file, index);
        }
        return null;
    }

    private static void forget(ModelFile file, int index) {
        if (file.isStored(index)) {
            file.setStored(index, false);
            file.addArrived(-file.length(index));
        }
    }

    /** Returns false past the end of the file. */
    private boolean awaitStored(ModelFile file, int index) {
        while (!file.isPastEnd(index) && !file.isStored(index)) {
            source.awaitProgress(file);
        }
        return !file.isPastEnd(index);
    }

    private void fetchAgain(ModelFile file, int index, boolean isMissing) {
        if (!lock.isTaken()) {
            source.lock();
            return; // another tab may have fetched the chunk meanwhile: it is read again
        }
        repairs.begin(file, index, isMissing);
        forget(file, index);
        try {
            awaitStored(file, index);
        } catch (StoreException | UnusableBytesException e) {
            throw Repairs.failure(file, index, isMissing, e);
        }
    }

    /** Returns the content of a small file. */
    String text(ModelFile file) {
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

    /** Returns the chunks that were damaged or lost, in the order in which they were found. */
    List<String> repaired() {
        return repairs.chunks();
    }
}
