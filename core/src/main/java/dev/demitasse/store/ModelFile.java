package dev.demitasse.store;

import dev.demitasse.gguf.Gguf;
import dev.demitasse.json.JsonException;
import dev.demitasse.json.JsonField;
import dev.demitasse.json.JsonReader;
import dev.demitasse.json.JsonWriter;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A file of a model and the state of its chunks. */
public final class ModelFile {
    static final int CHUNK_BYTES = 16 << 20;

    /** The maximum length of a file, 1 TiB. What a server claims beyond it is an error: no browser could store it. */
    static final long MAX_BYTES = 1L << 40;

    private static final int MAX_CHUNK_BYTES = 1 << 26;

    /** Maximum number of chunks: 2^40 bytes in chunks of 1 MiB. */
    private static final int MAX_CHUNKS = 1 << 20;

    /** The JSON name of the chunk size. It is older than the term chunk; existing notes contain it. */
    private static final String CHUNK_BYTES_KEY = "pieceBytes";

    private final String key;
    private final String url;
    private final int chunkBytes;
    private final @Nullable Manifest manifest;

    /** Whether the server supports range requests for the file. */
    private final boolean ranges;

    private final BitSet stored = new BitSet();

    /** Chunks that a thread is fetching. */
    private final BitSet fetching = new BitSet();

    private boolean fetchingWhole;
    private Version version;
    /** Other versions with the same bytes. */
    private final List<Version> accepted = new ArrayList<>();

    private long bytes;
    /** The length in bytes that the server states, and that may be wrong because the body is compressed; or {@link Gguf#UNKNOWN_LENGTH}. */
    private long statedBytes = Gguf.UNKNOWN_LENGTH;
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
            Version version,
            @Nullable Manifest manifest) {
        this.key = key;
        this.url = url;
        this.bytes = bytes;
        this.chunkBytes = chunkBytes;
        this.ranges = ranges;
        this.version = version;
        this.manifest = manifest;
    }

    /** Creates a file from the server's first response. */
    static ModelFile of(String key, String url, int chunkBytes, Response response) {
        ModelFile file =
                new ModelFile(key, url, response.total(), chunkBytes, response.isPartial(), response.version(), null);
        long stated = response.isPartial() ? response.total() : response.bodyBytes();
        file.statedBytes = stated > MAX_BYTES ? Gguf.UNKNOWN_LENGTH : stated;
        return file;
    }

    /** Creates a file to import. */
    static ModelFile of(String key, String url, int chunkBytes, long bytes) {
        return new ModelFile(key, url, bytes, chunkBytes, false, Version.NONE, null);
    }

    /** Creates a file in shards, which are next to the manifest on the server. */
    static ModelFile of(String key, String url, Manifest manifest) {
        return new ModelFile(key, url, manifest.bytes(), manifest.shardBytes(), true, Version.NONE, manifest);
    }

    /** Parses what {@link #toJson} returned; returns null if the JSON is not valid. */
    static @Nullable ModelFile parse(String key, String json) {
        try {
            JsonField file = new JsonField("", JsonReader.read(json));
            long bytes = file.member("bytes").integer(0, MAX_BYTES);
            int chunkBytes = (int) file.member(CHUNK_BYTES_KEY).integer(1, MAX_CHUNK_BYTES);
            if (bytes / chunkBytes > MAX_CHUNKS) {
                return null; // a damaged note
            }
            return new ModelFile(
                    key,
                    file.member("url").name(),
                    bytes,
                    chunkBytes,
                    Boolean.TRUE.equals(file.member("ranges").value()),
                    new Version(optional(file.member("etag")), optional(file.member("modified"))),
                    null);
        } catch (JsonException | IllegalArgumentException e) {
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
        if (version.etag() != null) {
            json.put("etag", version.etag());
        }
        if (version.modified() != null) {
            json.put("modified", version.modified());
        }
        return JsonWriter.write(json, -1);
    }

    String key() {
        return key;
    }

    /** Returns the address of the file, or of its manifest. */
    String address() {
        return url;
    }

    /** Returns the length of the file in bytes, or {@link Gguf#UNKNOWN_LENGTH} until its end is known. */
    public long bytes() {
        return bytes;
    }

    /** Returns the length for reports: the length that the server states if {@link #bytes} is not known. */
    long expectedBytes() {
        return bytes == Gguf.UNKNOWN_LENGTH && arrived <= statedBytes ? statedBytes : bytes;
    }

    long statedBytes() {
        return statedBytes;
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

    /** Returns whether a response certainly carries another file: with another length, or another strong ETag. */
    boolean contradicts(Response response) {
        return version.contradicts(response.version())
                || bytes != Gguf.UNKNOWN_LENGTH && response.total() != Gguf.UNKNOWN_LENGTH && response.total() != bytes;
    }

    /** Returns whether the validators of a response suggest that it carries this file. */
    boolean agreesWith(Response response) {
        Version other = response.version();
        boolean agrees = version.agreesWith(other);
        for (Version each : accepted) {
            agrees |= each.agreesWith(other);
        }
        return agrees;
    }

    /**
     * Records that a response carries this file.
     *
     * @return whether this changes the note about the file
     */
    boolean accept(Response response) {
        Version other = response.version();
        if (!agreesWith(response)) {
            accepted.add(other);
        }
        Version before = version;
        version = version.updatedBy(other);
        return version != before;
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

    /** Returns the name of the file. */
    String name() {
        return manifest == null ? Addresses.name(url) : manifest.name();
    }

    /** Returns the name of a chunk for messages. */
    String describe(int chunk) {
        String name = Addresses.name(url(chunk));
        return isSharded()
                ? name
                : name + ", chunk " + (chunk + 1) + " of " + chunkNames().size();
    }

    /** Returns the names of all chunks. */
    List<String> chunkNames() {
        List<String> names = new ArrayList<>();
        for (int chunk = 0; !isPastEnd(chunk); chunk++) {
            names.add(name(chunk));
        }
        return names;
    }

    void setStored(int chunk, boolean isStored) {
        stored.set(chunk, isStored);
    }

    boolean isStored(int chunk) {
        return stored.get(chunk);
    }

    boolean isComplete() {
        return bytes != Gguf.UNKNOWN_LENGTH && isPastEnd(stored.nextClearBit(0));
    }

    /** Returns whether a thread fetches the whole file. */
    boolean isFetchingWhole() {
        return fetchingWhole;
    }

    void setFetchingWhole(boolean isFetching) {
        fetchingWhole = isFetching;
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

    /** Returns the first stored chunk, or -1. */
    int firstStored() {
        return stored.nextSetBit(0);
    }

    /** Returns the last stored chunk, or -1. */
    int lastStored() {
        return stored.length() - 1;
    }

    /** Returns whether the reader waits for a missing chunk before this one. */
    boolean isWantedBefore(int chunk) {
        return wanted < chunk && !stored.get(wanted);
    }

    void setWanted(int chunk) {
        wanted = chunk;
    }

    int wanted() {
        return wanted;
    }
}
