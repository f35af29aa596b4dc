package dev.demitasse.web.store;

import dev.demitasse.gguf.Gguf;
import dev.demitasse.json.JsonField;
import dev.demitasse.json.JsonReader;
import dev.demitasse.json.JsonWriter;
import dev.demitasse.store.Manifest;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A file of a model and the state of its chunks. */
public final class ModelFile {
    static final int CHUNK_BYTES = 16 << 20;

    private static final int MAX_CHUNK_BYTES = 1 << 26;

    /** The JSON name of the chunk size. It is older than the term chunk; existing notes contain it. */
    private static final String CHUNK_BYTES_KEY = "pieceBytes";

    private final String key;
    private final String url;
    private final int chunkBytes;
    private final @Nullable Manifest manifest;
    /** The version of the file as the server states it, or null. */
    private final @Nullable String etag;

    /** The date of the last change as the server states it, or null. */
    private final @Nullable String modified;

    /** Whether the server supports range requests for the file. */
    private final boolean ranges;

    private final BitSet stored = new BitSet();

    /** Chunks that were stored and have disappeared. */
    private final BitSet lost = new BitSet();

    /** Chunks that a thread is fetching. */
    private final BitSet fetching = new BitSet();

    private long bytes;
    /** The number of stored bytes, including partial chunks. */
    private long arrived;
    /** The index of the chunk that the reader wants next. */
    private int wanted;

    private ModelFile(
            String key,
            String url,
            long bytes,
            int chunkBytes,
            boolean ranges,
            @Nullable String etag,
            @Nullable String modified,
            @Nullable Manifest manifest) {
        this.key = key;
        this.url = url;
        this.bytes = bytes;
        this.chunkBytes = chunkBytes;
        this.ranges = ranges;
        this.etag = etag;
        this.modified = modified;
        this.manifest = manifest;
    }

    /** Creates a file from the server's first response. */
    static ModelFile of(String key, String url, HttpResponse response) {
        return new ModelFile(
                key,
                url,
                response.total(),
                CHUNK_BYTES,
                response.isPartial(),
                response.header("ETag"),
                response.header("Last-Modified"),
                null);
    }

    /** Creates a file to import. */
    static ModelFile of(String key, String url, long bytes) {
        return new ModelFile(key, url, bytes, CHUNK_BYTES, false, null, null, null);
    }

    /** Creates a file in shards, which are next to the manifest on the server. */
    static ModelFile of(String key, String url, Manifest manifest) {
        return new ModelFile(key, url, manifest.bytes(), manifest.shardBytes(), true, null, null, manifest);
    }

    /** Parses what {@link #toJson} returned; returns null if the JSON is not valid. */
    static @Nullable ModelFile parse(String key, String json) {
        try {
            JsonField file = new JsonField("", JsonReader.read(json));
            return new ModelFile(
                    key,
                    file.member("url").name(),
                    file.member("bytes").integer(0, Long.MAX_VALUE),
                    (int) file.member(CHUNK_BYTES_KEY).integer(1, MAX_CHUNK_BYTES),
                    Boolean.TRUE.equals(file.member("ranges").value()),
                    optional(file.member("etag")),
                    optional(file.member("modified")),
                    null);
        } catch (RuntimeException e) {
            return null; // for example from another version: the file is fetched again
        }
    }

    private static @Nullable String optional(JsonField field) {
        return field.isPresent() ? field.string() : null;
    }

    /** Returns the note from which {@link #parse} restores this file. */
    String toJson() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("url", url);
        json.put("bytes", bytes);
        json.put(CHUNK_BYTES_KEY, (long) chunkBytes);
        json.put("ranges", ranges);
        if (etag != null) {
            json.put("etag", etag);
        }
        if (modified != null) {
            json.put("modified", modified);
        }
        return JsonWriter.write(json, -1);
    }

    String key() {
        return key;
    }

    /** Returns the length of the file in bytes, or {@link Gguf#UNKNOWN_LENGTH} until its end is known. */
    public long bytes() {
        return bytes;
    }

    /** Sets the length, once the file has been read to its end. */
    void setLength(long length) {
        bytes = length;
    }

    long arrived() {
        return arrived;
    }

    void addArrived(long count) {
        arrived += count;
    }

    boolean hasRanges() {
        return ranges;
    }

    /** Returns whether a response's version and length, as far as they are known, match this file. */
    boolean matches(HttpResponse response) {
        return matches(etag, response.header("ETag"))
                && matches(modified, response.header("Last-Modified"))
                && (bytes == Gguf.UNKNOWN_LENGTH
                        || response.total() == Gguf.UNKNOWN_LENGTH
                        || response.total() == bytes);
    }

    private static boolean matches(@Nullable String known, @Nullable String given) {
        return known == null || given == null || known.equals(given);
    }

    /** Returns whether a chunk starts at or after the end of the file. */
    boolean isPastEnd(int chunk) {
        return bytes != Gguf.UNKNOWN_LENGTH && start(chunk) >= bytes;
    }

    /** Returns the position of a chunk's first byte in the file. */
    long start(int chunk) {
        return (long) chunk * chunkBytes;
    }

    int chunkAt(long position) {
        return (int) (position / chunkBytes);
    }

    int length(int chunk) {
        return bytes == Gguf.UNKNOWN_LENGTH ? chunkBytes : (int) Math.min(chunkBytes, bytes - start(chunk));
    }

    /** Returns the address to fetch a chunk from. */
    String url(int chunk) {
        return manifest == null
                ? url
                : Addresses.sibling(url, manifest.shards().get(chunk).file());
    }

    /** Returns whether each chunk is a shard, with its own address and hash. */
    boolean isSharded() {
        return manifest != null;
    }

    /** Returns the SHA-256 of a chunk in hexadecimal, or null if it is not known. */
    @Nullable
    String sha256(int chunk) {
        return manifest == null ? null : manifest.shards().get(chunk).sha256();
    }

    /** Returns the name of a chunk in the directory. */
    String name(int chunk) {
        String index = Integer.toString(chunk);
        return key + "." + "00000".substring(Math.min(5, index.length())) + index;
    }

    void setStored(int chunk, boolean isStored) {
        stored.set(chunk, isStored);
    }

    /**
     * Records that a stored chunk is gone, because it was evicted or deleted after it was read.
     *
     * @return whether this is the first loss of the chunk
     */
    boolean markLost(int chunk) {
        stored.clear(chunk);
        boolean isFirst = !lost.get(chunk);
        lost.set(chunk);
        return isFirst;
    }

    boolean isStored(int chunk) {
        return stored.get(chunk);
    }

    boolean isComplete() {
        return bytes != Gguf.UNKNOWN_LENGTH && isPastEnd(stored.nextClearBit(0));
    }

    void setFetching(int chunk, boolean isFetching) {
        fetching.set(chunk, isFetching);
    }

    /** Returns the first chunk at or after {@code from} that is neither stored nor being fetched. It may be past the end. */
    int nextMissing(int from) {
        int chunk = from;
        while (stored.get(chunk) || fetching.get(chunk)) {
            chunk++;
        }
        return chunk;
    }

    void setWanted(int chunk) {
        wanted = chunk;
    }

    int wanted() {
        return wanted;
    }
}
