package dev.demitasse.store;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads all chunks of a stored model, and fetches the damaged ones again. Methods wait. */
final class Verifier {
    private static final int PROGRESS_BYTES = 1 << 24;

    private final StoredChunks chunks;
    private final Download.Listener listener;
    private final List<String> damaged = new ArrayList<>();
    private final Map<ModelFile, List<Integer>> repairs = new LinkedHashMap<>();
    private long bytes;
    private long reported;
    private int unknown;

    Verifier(StoredChunks chunks, Download.Listener listener) {
        this.chunks = chunks;
        this.listener = listener;
    }

    /** Reads all chunks. */
    void check(List<ModelFile> files) {
        long total = files.stream().mapToLong(ModelFile::bytes).sum();
        for (ModelFile file : files) {
            for (int chunk = 0; !file.isPastEnd(chunk); chunk++) {
                check(file, chunk, total);
            }
        }
        listener.stored(total, total);
    }

    private void check(ModelFile file, int chunk, long total) {
        StoredChunks.Reading reading = chunks.new Reading(file, chunk, part -> {
            bytes += part.remaining();
            if (bytes - reported >= PROGRESS_BYTES) {
                reported = bytes;
                listener.stored(bytes, total);
            }
            return true;
        });
        StoredChunks.State state = reading.read();
        if (state == StoredChunks.State.UNKNOWN) {
            unknown++;
        } else if (state != StoredChunks.State.SOUND) {
            damaged.add(file.describe(chunk));
            repairs.computeIfAbsent(file, key -> new ArrayList<>()).add(chunk);
        }
    }

    /** Fetches the damaged chunks again; returns the result. */
    Verification repair(Download download) {
        String error = null;
        try {
            for (Map.Entry<ModelFile, List<Integer>> each : repairs.entrySet()) {
                repair(download, each.getKey(), each.getValue());
            }
        } catch (StoreException | UnusableBytesException e) {
            error = e.getMessage();
        }
        return result(error);
    }

    private static void repair(Download download, ModelFile stored, List<Integer> indices) {
        ModelFile file = stored.isSharded()
                ? download.openShards(stored.key(), stored.address())
                : download.open(stored.key(), stored.address());
        for (int index : indices) {
            Chunk chunk = download.chunk(file, index);
            if (chunk != null) {
                chunk.feed(bytes -> true);
            }
        }
    }

    private Verification result(@Nullable String error) {
        return new Verification(bytes, unknown, damaged, error);
    }
}
