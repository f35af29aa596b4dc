package dev.demitasse.cpu;

import dev.demitasse.backend.KvTiles;
import dev.demitasse.backend.KvType;
import dev.demitasse.cpu.layout.KvLayout;
import dev.demitasse.plan.Op;
import dev.demitasse.plan.Plan;
import java.util.ArrayList;
import java.util.List;

/**
 * Places keys and values, by offsets from the start of the cache. First come the rings of layers with a sliding window. They are followed by
 * the tiles of all other layers: the first tile of each layer, the second of each, and so on, so that the cache grows at its end.
 */
final class KvCache {
    /** Number of tiles by which the cache grows. */
    private static final int GROWTH_TILES = 4;

    /**
     * The keys and values of a layer.
     *
     * @param keys offset of the keys of the first tile, head after head
     * @param values offset of the values of the first tile, head after head
     * @param ring number of tiles after which the next one overwrites the first
     * @param stride bytes from a tile to the next one
     */
    record Layer(KvLayout layout, long keys, long values, int ring, int stride) {}

    private final KvType type;
    private final KvTiles tiles;
    private final List<Layer> layers = new ArrayList<>();
    /** Bytes of all rings. */
    private final long ringBytes;
    /** Bytes of one tile of each layer that isn't a ring. */
    private final int pageBytes;

    /**
     * Places the keys and values of all layers of a plan.
     *
     * @param batchSize maximum number of tokens that are written before they are read
     * @throws IllegalArgumentException if the kernels don't support the size of the heads
     */
    KvCache(Plan plan, int contextLength, int batchSize, KvType type) {
        this.type = type;
        tiles = new KvTiles(plan, contextLength, batchSize);
        List<Op.Attention> ops = plan.attention();
        long rings = 0;
        int page = 0;
        for (int i = 0; i < ops.size(); i++) {
            int tileBytes = tileBytes(ops.get(i));
            rings += tiles.isRing(i) ? (long) tiles.ring(i) * tileBytes : 0;
            page = Math.addExact(page, tiles.isRing(i) ? 0 : tileBytes);
        }
        ringBytes = rings;
        pageBytes = page;
        long nextRing = 0;
        long nextInPage = ringBytes;
        for (int i = 0; i < ops.size(); i++) {
            int ring = tiles.ring(i);
            int tileBytes = tileBytes(ops.get(i));
            long keys = tiles.isRing(i) ? nextRing : nextInPage;
            layers.add(new Layer(
                    new KvLayout(type, ops.get(i).headSize()),
                    keys,
                    keys + tileBytes / 2,
                    ring,
                    tiles.isRing(i) ? tileBytes : pageBytes));
            if (tiles.isRing(i)) {
                nextRing += (long) ring * tileBytes;
            } else {
                nextInPage += tileBytes;
            }
        }
    }

    /** Returns the bytes of all keys and values of a layer in a tile. */
    private int tileBytes(Op.Attention op) {
        return Math.multiplyExact(2 * op.kvHeads(), new KvLayout(type, op.headSize()).tileBytes());
    }

    KvTiles tiles() {
        return tiles;
    }

    /** Returns a layer by its number in the plan. */
    Layer layer(int number) {
        return layers.get(number);
    }

    /** Returns the bytes of the cache with room for {@code positions} positions. */
    long bytes(int positions) {
        long steps = (KvTiles.tiles(positions) + GROWTH_TILES - 1L) / GROWTH_TILES;
        return ringBytes + Math.min(steps * GROWTH_TILES, tiles.tiles()) * pageBytes;
    }

    /** Returns the average number of bytes that one more position takes. */
    long bytesPerPosition() {
        return pageBytes / KvTiles.TILE;
    }

    /** Returns the name for {@link dev.demitasse.backend.Backend#kvLayout}. */
    String name() {
        return "cpu " + type + " by element, " + tiles.name();
    }

    /** Returns the sizes of the pieces of a snapshot: for each ring its written tiles, and one piece for all other layers. */
    long[] pieces(int positions) {
        int written = KvTiles.tiles(positions);
        long[] pieces = new long[layers.size() + 1];
        for (int i = 0; i < layers.size(); i++) {
            Layer layer = layers.get(i);
            pieces[i] = tiles.isRing(i) ? (long) Math.min(written, layer.ring) * layer.stride : 0;
        }
        pieces[layers.size()] = (long) written * pageBytes;
        return pieces;
    }

    /** Returns the offset of such a piece. */
    long piece(int number) {
        return number == layers.size() ? ringBytes : layers.get(number).keys;
    }
}
