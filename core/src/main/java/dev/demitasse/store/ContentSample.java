package dev.demitasse.store;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Compares bytes of stored chunks with the server's. Several servers may send the same file with other weak ETags and dates; a file that
 * was replaced by another model of the same length differs almost everywhere.
 */
final class ContentSample {
    private static final int MAX_SAMPLE_BYTES = 1 << 16;
    private static final int MAX_PART = 256;

    private final Http http;
    private final StoredChunks chunks;

    /**
     * Creates a comparison.
     *
     * @param chunks the stored chunks; no other thread may read them by this view
     */
    ContentSample(Http http, StoredChunks chunks) {
        this.http = http;
        this.chunks = chunks;
    }

    /**
     * Returns whether the first and the last stored chunk of a file begin with the bytes that the server has there.
     *
     * @param ifUnknown the result if no chunk is stored
     */
    boolean isSame(ModelFile file, boolean ifUnknown) {
        boolean isKnown = false;
        for (int chunk : new int[] {file.firstStored(), file.lastStored()}) {
            byte[] start = start(file, chunk);
            if (start != null) {
                isKnown = true;
                if (!isSame(file, chunk, start)) {
                    return false;
                }
            }
        }
        return isKnown || ifUnknown;
    }

    /** Returns the first bytes of a stored chunk, or null if it is not there, or damaged there. */
    private byte @Nullable [] start(ModelFile file, int chunk) {
        if (chunk < 0) {
            return null;
        }
        byte[] start = new byte[Math.min(MAX_SAMPLE_BYTES, (file.length(chunk) + MAX_PART - 1) / MAX_PART)];
        int[] at = new int[1];
        chunks.new Reading(file, chunk, bytes -> {
                    int count = Math.min(bytes.remaining(), start.length - at[0]);
                    bytes.get(start, at[0], count);
                    at[0] += count;
                    return at[0] < start.length;
                })
                .read();
        return at[0] == start.length ? start : null;
    }

    private boolean isSame(ModelFile file, int chunk, byte[] expected) {
        String url = file.url(chunk);
        long from = file.start(chunk);
        while (true) {
            Response response = http.get(url, from, from + expected.length - 1);
            try {
                if (file.contradicts(response)) {
                    return false;
                }
                byte[] sample = new byte[expected.length];
                long start = response.isPartial() ? response.start() : 0;
                if (start == from && response.read(sample) == sample.length) {
                    return Arrays.equals(sample, expected);
                }
                http.pauseBeforeRetry(url, "it sent other bytes than those from " + from);
            } catch (ConnectionException e) {
                http.pauseBeforeRetry(url, String.valueOf(e.getMessage()));
            } finally {
                response.cancel();
            }
        }
    }
}
