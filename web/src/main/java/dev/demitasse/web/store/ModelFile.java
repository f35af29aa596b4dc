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

/** A file of a model, and which of its chunks are stored. */
public final class ModelFile {
    static final int CHUNK_BYTES = 16 << 20;

    private static final int MAX_CHUNK_BYTES = 1 << 26;

    private final String key;
    private final String url;
    private final int chunkBytes;
    private final @Nullable Manifest manifest;
    /** What its server says to tell versions apart; null if it doesn't. */
    private final @Nullable String etag;

    private final @Nullable String modified;
    /** Whether the server gives parts of the file. */
    private final boolean ranges;

    private final BitSet stored = new BitSet();
    /** Pieces that a thread is at. */
    private final BitSet lost = new BitSet();

    private final BitSet taken = new BitSet();

    private long bytes;
    /** Bytes of it that are stored, incomplete chunks included. */
    private long arrived;
    /** The chunk that its reader wants next. */
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

    /** A file whose server has just answered for the first time. */
    static ModelFile of(String key, String url, Http.Reply reply) {
        return new ModelFile(
                key,
                url,
                reply.total(),
                CHUNK_BYTES,
                reply.isPartial(),
                reply.header("ETag"),
                reply.header("Last-Modified"),
                null);
    }

    /** A file that is imported. */
    static ModelFile of(String key, String url, long bytes) {
        return new ModelFile(key, url, bytes, CHUNK_BYTES, false, null, null, null);
    }

    /** A file in shards, which lie beside the manifest. */
    static ModelFile of(String key, String url, Manifest manifest) {
        return new ModelFile(key, url, manifest.bytes(), manifest.shardBytes(), true, null, null, manifest);
    }

    /** As {@link #toJson} wrote it; null if it is not to be understood. */
    static @Nullable ModelFile parse(String key, String json) {
        try {
            JsonField file = new JsonField("", JsonReader.read(json));
            return new ModelFile(
                    key,
                    file.member("url").name(),
                    file.member("bytes").integer(0, Long.MAX_VALUE),
                    (int) file.member("pieceBytes").integer(1, MAX_CHUNK_BYTES),
                    Boolean.TRUE.equals(file.member("ranges").value()),
                    optional(file.member("etag")),
                    optional(file.member("modified")),
                    null);
        } catch (RuntimeException e) {
            return null; // of another version, say: the file is fetched anew
        }
    }

    private static @Nullable String optional(JsonField field) {
        return field.isPresent() ? field.string() : null;
    }

    String toJson() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("url", url);
        json.put("bytes", bytes);
        json.put("pieceBytes", (long) chunkBytes);
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

    /** Length of the file, or {@link Gguf#UNKNOWN_LENGTH} until it has been read to its end. */
    public long bytes() {
        return bytes;
    }

    /** The file has been read to its end. */
    void end(long position) {
        bytes = position;
    }

    long arrived() {
        return arrived;
    }

    void arrive(long count) {
        arrived += count;
    }

    boolean hasRanges() {
        return ranges;
    }

    /** Whether an answer may be of this file: what it says of its version and length doesn't contradict. */
    boolean agrees(Http.Reply reply) {
        return agrees(etag, reply.header("ETag"))
                && agrees(modified, reply.header("Last-Modified"))
                && (bytes == Gguf.UNKNOWN_LENGTH || reply.total() == Gguf.UNKNOWN_LENGTH || reply.total() == bytes);
    }

    private static boolean agrees(@Nullable String known, @Nullable String given) {
        return known == null || given == null || known.equals(given);
    }

    /** Whether a chunk lies behind the end. */
    boolean isPast(int chunk) {
        return bytes != Gguf.UNKNOWN_LENGTH && start(chunk) >= bytes;
    }

    /** First byte of a chunk in the file. */
    long start(int chunk) {
        return (long) chunk * chunkBytes;
    }

    int chunkAt(long position) {
        return (int) (position / chunkBytes);
    }

    int length(int chunk) {
        return bytes == Gguf.UNKNOWN_LENGTH ? chunkBytes : (int) Math.min(chunkBytes, bytes - start(chunk));
    }

    /** The address that has a chunk. */
    String url(int chunk) {
        return manifest == null
                ? url
                : Addresses.sibling(url, manifest.shards().get(chunk).file());
    }

    /** Whether each chunk has an address, and a hash, of its own. */
    boolean isSharded() {
        return manifest != null;
    }

    /** SHA-256 of a chunk in hexadecimal; null if it is not known. */
    @Nullable
    String sha256(int chunk) {
        return manifest == null ? null : manifest.shards().get(chunk).sha256();
    }

    /** The name of a chunk in the directory. */
    String name(int chunk) {
        String index = Integer.toString(chunk);
        return key + "." + "00000".substring(Math.min(5, index.length())) + index;
    }

    void setStored(int chunk, boolean isStored) {
        stored.set(chunk, isStored);
    }

    /**
     * Notes that a stored chunk is gone: it was evicted, or dropped after it was read.
     *
     * @return whether to fetch it again; false if it was lost before
     */
    boolean lose(int chunk) {
        stored.clear(chunk);
        boolean isFirst = !lost.get(chunk);
        lost.set(chunk);
        return isFirst;
    }

    boolean isStored(int chunk) {
        return stored.get(chunk);
    }

    boolean isComplete() {
        return bytes != Gguf.UNKNOWN_LENGTH && isPast(stored.nextClearBit(0));
    }

    void setTaken(int chunk, boolean isTaken) {
        taken.set(chunk, isTaken);
    }

    /** The first chunk from {@code from} on that is neither stored nor being fetched; it may be past the end. */
    int nextMissing(int from) {
        int chunk = from;
        while (stored.get(chunk) || taken.get(chunk)) {
            chunk++;
        }
        return chunk;
    }

    void want(int chunk) {
        wanted = chunk;
    }

    int wanted() {
        return wanted;
    }
}
