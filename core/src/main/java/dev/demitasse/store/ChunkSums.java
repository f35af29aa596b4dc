package dev.demitasse.store;

import dev.demitasse.json.JsonException;
import dev.demitasse.json.JsonField;
import dev.demitasse.json.JsonReader;
import dev.demitasse.json.JsonWriter;
import dev.demitasse.store.hash.XxHash64;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The XXH64 hashes of a chunk's blocks: a reader checks each block before it passes the block on. */
final class ChunkSums {
    /** Length of a block in bytes. It fits into the second-level cache of a processor, so that its hash costs no memory access. */
    static final int BLOCK_BYTES = 1 << 20;

    /** The sums of a chunk whose record is damaged: no block matches them. */
    static final ChunkSums DAMAGED = new ChunkSums(BLOCK_BYTES, List.of(), null);

    private final int blockBytes;
    private final List<String> sums;
    private final @Nullable String sha256;

    private ChunkSums(int blockBytes, List<String> sums, @Nullable String sha256) {
        this.blockBytes = blockBytes;
        this.sums = sums;
        this.sha256 = sha256;
    }

    /** Parses what {@link #toJson} returned; returns {@link #DAMAGED} if the text is not valid. */
    static ChunkSums parse(String json) {
        try {
            JsonField root = new JsonField("", JsonReader.read(json));
            List<String> sums = new ArrayList<>();
            for (JsonField sum : root.member("xxh64").elements()) {
                sums.add(sum.string());
            }
            JsonField sha256 = root.member("sha256");
            return new ChunkSums(
                    (int) root.member("blockBytes").integer(1, BLOCK_BYTES),
                    sums,
                    sha256.isPresent() ? sha256.string() : null);
        } catch (JsonException | IllegalArgumentException e) {
            return DAMAGED;
        }
    }

    String toJson() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("blockBytes", (long) blockBytes);
        json.put("xxh64", sums);
        if (sha256 != null) {
            json.put("sha256", sha256);
        }
        return JsonWriter.write(json, -1);
    }

    int blockBytes() {
        return blockBytes;
    }

    /** Returns whether a block has its hash. */
    boolean matches(int block, ByteBuffer bytes) {
        return block < sums.size() && Long.toHexString(XxHash64.of(bytes)).equals(sums.get(block));
    }

    /** Returns whether these are of a chunk with this SHA-256; true if it is not known. */
    boolean isOf(@Nullable String expected) {
        return expected == null || expected.equals(sha256);
    }

    /** Takes the sums of bytes in the order of the chunk. */
    static final class Builder {
        private final int blockBytes;
        private final List<String> sums = new ArrayList<>();
        private final XxHash64 block = new XxHash64();
        private int length;

        Builder(int blockBytes) {
            this.blockBytes = blockBytes;
        }

        /** Appends bytes. The position of the buffer does not change. */
        void update(ByteBuffer bytes) {
            ByteBuffer rest = bytes.duplicate();
            int end = rest.limit();
            while (rest.position() < end) {
                rest.limit(Math.min(end, rest.position() + blockBytes - length));
                block.update(rest);
                length += rest.remaining();
                rest.position(rest.limit());
                if (length == blockBytes) {
                    endBlock();
                }
            }
        }

        private void endBlock() {
            sums.add(Long.toHexString(block.value()));
            block.reset();
            length = 0;
        }

        /** Forgets all bytes. */
        void clear() {
            sums.clear();
            block.reset();
            length = 0;
        }

        /**
         * Returns the sums of all bytes.
         *
         * @param sha256 the verified SHA-256 of the bytes, or null if it is not known
         */
        ChunkSums finish(@Nullable String sha256) {
            if (length > 0) {
                endBlock();
            }
            return new ChunkSums(blockBytes, List.copyOf(sums), sha256);
        }
    }
}
