package dev.demitasse.store;

import dev.demitasse.store.hash.Sha256;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The chunks in a model's directory, and the hashes by which they are checked when they are read. Methods wait for the storage. */
final class StoredChunks {
    /** The suffix of the name of a chunk's hashes. */
    private static final String SUMS = ".sums";

    /** The result of reading a chunk. */
    enum State {
        /** All blocks match their hashes and have been passed on. */
        SOUND,
        /** An earlier version has stored the chunk without hashes. They were taken now. */
        UNKNOWN,
        /** The target wants no more. */
        STOPPED,
        /** A block does not match its hash, or can't be read. The blocks before it have been passed on. */
        DAMAGED,
        /** There is no such chunk. */
        MISSING
    }

    private final ModelDirectory directory;
    private final int blockBytes;
    private final DirectoryLock lock;
    private @Nullable ByteBuffer pending;

    /**
     * Creates a view of a directory.
     *
     * @param chunkBytes the size of the chunks of new files
     * @param lock the lock of the directory, without which nothing is written
     */
    StoredChunks(ModelDirectory directory, int chunkBytes, DirectoryLock lock) {
        this.directory = directory;
        blockBytes = Math.min(ChunkSums.BLOCK_BYTES, (chunkBytes + 3) / 4);
        this.lock = lock;
    }

    /** Opens a partial chunk for appending, and creates it if it does not exist. */
    ChunkWriter writer(ModelFile file, int chunk) {
        String name = file.name(chunk);
        PartialChunk partial = directory.partialChunk(name);
        boolean created = false;
        try {
            ChunkWriter writer = new ChunkWriter(partial, this, name, new ChunkSums.Builder(blockBytes));
            created = true;
            return writer;
        } finally {
            if (!created) {
                partial.close();
            }
        }
    }

    /** Stores the hashes of a chunk, if the directory outlives the page. */
    void writeSums(String name, ChunkSums sums) {
        if (directory.lasts()) {
            directory.putText(name + SUMS, Records.seal(sums.toJson()));
        }
    }

    /**
     * Returns the hashes of a chunk. Null if an earlier version has stored the chunk without them, or if they are not of bytes with the
     * chunk's SHA-256, by which the chunk can be verified instead.
     */
    private @Nullable ChunkSums sums(ModelFile file, int chunk) {
        String stored = directory.text(file.name(chunk) + SUMS);
        if (stored == null) {
            return null;
        }
        String json = Records.unseal(stored);
        ChunkSums sums = json == null ? ChunkSums.DAMAGED : ChunkSums.parse(json);
        return sums.isOf(file.sha256(chunk)) ? sums : null;
    }

    /** A read of a chunk that can go on after the chunk was fetched again. */
    final class Reading {
        private final ModelFile file;
        private final int chunk;
        private final Chunk.Target target;
        private int passed;

        Reading(ModelFile file, int chunk, Chunk.Target target) {
            this.file = file;
            this.chunk = chunk;
            this.target = target;
        }

        /** Passes on the blocks that have not been passed on yet. */
        State read() {
            ChunkSums sums = sums(file, chunk);
            if (sums == null) {
                return file.sha256(chunk) == null && passed == 0 ? readUnknown() : readVerified();
            }
            return read(sums);
        }

        private State read(ChunkSums sums) {
            return read(sums::matches, sums.blockBytes());
        }

        private State read(BlockCheck.Judge judge, int judgedBytes) {
            Chunk stored = directory.chunk(file.name(chunk));
            if (stored == null) {
                return State.MISSING;
            }
            BlockCheck check =
                    new BlockCheck(judge, judgedBytes, file.length(chunk), passed, target, StoredChunks.this::pending);
            boolean isReadable = true;
            boolean isMoreWanted = true;
            try {
                isMoreWanted = stored.feed(check);
            } catch (UnreadableException e) {
                isReadable = false;
            }
            passed = check.passed();
            if (!isReadable || check.isDamaged() || isMoreWanted && !check.isComplete()) {
                return State.DAMAGED;
            }
            return isMoreWanted ? State.SOUND : State.STOPPED;
        }

        /** Passes on a chunk without hashes, and takes its hashes. */
        private State readUnknown() {
            ChunkSums.Builder taken = new ChunkSums.Builder(blockBytes);
            State state = read(
                    (block, bytes) -> {
                        taken.update(bytes);
                        return true;
                    },
                    blockBytes);
            if (state != State.SOUND) {
                return state;
            }
            keep(taken.finish(null));
            return State.UNKNOWN;
        }

        /** Verifies a chunk without hashes by its SHA-256, takes its hashes, and passes it on. */
        private State readVerified() {
            Chunk stored = directory.chunk(file.name(chunk));
            if (stored == null) {
                return State.MISSING;
            }
            String expected = file.sha256(chunk);
            ChunkSums.Builder taken = new ChunkSums.Builder(blockBytes);
            Sha256 hash = new Sha256();
            try {
                stored.feed(bytes -> {
                    taken.update(bytes);
                    hash.update(bytes);
                    return true;
                });
            } catch (UnreadableException e) {
                return State.DAMAGED;
            }
            if (expected == null || !hash.finish().equals(expected)) {
                return State.DAMAGED;
            }
            ChunkSums sums = taken.finish(expected);
            keep(sums);
            return read(sums);
        }

        private void keep(ChunkSums sums) {
            try {
                lock.runIfFree(() -> writeSums(file.name(chunk), sums));
            } catch (StorageFullException e) {
                // They are taken again at the next visit.
            }
        }
    }

    /** Returns a buffer for a block. It is direct, because the engine passes it to JavaScript, and reused, because TeaVM frees it late. */
    private ByteBuffer pending() {
        if (pending == null) {
            pending = ByteBuffer.allocateDirect(ChunkSums.BLOCK_BYTES);
        }
        return pending;
    }
}
