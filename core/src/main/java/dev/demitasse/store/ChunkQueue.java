package dev.demitasse.store;

import dev.demitasse.gguf.Gguf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The open files of a download, and the order in which their chunks are fetched. */
final class ChunkQueue {
    /** A chunk to fetch. */
    record Place(ModelFile file, int chunk) {}

    private final int readAhead;
    private final List<ModelFile> files = new ArrayList<>();
    /** The file whose chunks are fetched first. */
    private @Nullable ModelFile reading;

    /**
     * Creates an empty queue.
     *
     * @param readAhead the maximum number of chunks to fetch ahead of the reader
     */
    ChunkQueue(int readAhead) {
        this.readAhead = readAhead;
    }

    /** Adds a file that will be read next. */
    void add(ModelFile file) {
        files.add(file);
        reading = file;
    }

    /** Returns the open files. */
    List<ModelFile> files() {
        return files;
    }

    /** Moves the reader to a chunk. */
    void read(ModelFile file, int chunk) {
        reading = file;
        file.setWanted(chunk);
    }

    /** Returns whether a chunk is too far ahead of the reader to be fetched now. */
    boolean isTooEarly(ModelFile file, int chunk) {
        return chunk - file.wanted() > readAhead;
    }

    /** Returns the next chunk to fetch: the first missing one at or after the reader, or else of any file; null if none is missing. */
    @Nullable
    Place next() {
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

    /** Returns the number of stored bytes of all files. */
    long stored() {
        return files.stream().mapToLong(ModelFile::arrived).sum();
    }

    /** Returns the length of all files in bytes, or {@link Gguf#UNKNOWN_LENGTH}. */
    long total() {
        long total = 0;
        for (ModelFile file : files) {
            if (file.expectedBytes() == Gguf.UNKNOWN_LENGTH) {
                return Gguf.UNKNOWN_LENGTH;
            }
            total += file.expectedBytes();
        }
        return total;
    }
}
