package dev.demitasse.cpu;

import dev.demitasse.backend.KvTiles;
import dev.demitasse.backend.KvType;
import dev.demitasse.cpu.layout.KvLayout;
import dev.demitasse.plan.Op;
import dev.demitasse.plan.Plan;
import java.util.ArrayList;
import java.util.List;

/**
 * Where keys and values lie, from the cache's beginning. First come the rings of layers with a sliding window. Behind these come the others'
 * tiles: the first of all layers, the second of all, and so on, so that the cache grows at its end as a sequence does.
 */
final class KvCache {
    /** Tiles that the cache grows by. */
    private static final int STEP = 4;

    /**
     * One layer's.
     *
     * @param keys where those of the first head's first tile begin; those of the other heads follow
     * @param values the same
     * @param ring tiles after which the next one lies where the first did
     * @param stride bytes from a tile to the next
     */
    record Layer(KvLayout layout, long keys, long values, int ring, int stride) {}

    private final KvType type;
    private final KvTiles tiles;
    private final List<Layer> layers = new ArrayList<>();
    /** Of all rings. */
    private final long ringBytes;
    /** Of a tile of all layers that aren't rings. */
    private final int pageBytes;

    /**
     * @param batchSize most tokens that are written before they are read
     * @throws IllegalArgumentException if the kernels can't take the heads' size
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

    /** Bytes of all keys and values of a layer in a tile. */
    private int tileBytes(Op.Attention op) {
        return Math.multiplyExact(2 * op.kvHeads(), new KvLayout(type, op.headSize()).tileBytes());
    }

    KvTiles tiles() {
        return tiles;
    }

    /** By its number in the plan. */
    Layer layer(int number) {
        return layers.get(number);
    }

    /** Bytes with room for so many positions. */
    long bytes(int positions) {
        long steps = (KvTiles.tiles(positions) + STEP - 1) / STEP;
        return ringBytes + Math.min(steps * STEP, tiles.tiles()) * pageBytes;
    }

    /** What a position more takes, on average. */
    long bytesPerPosition() {
        return pageBytes / KvTiles.TILE;
    }

    /** For {@link dev.demitasse.backend.Backend#kvLayout}. */
    String name() {
        return "cpu " + type + " by element, " + tiles.name();
    }

    /** Sizes of the pieces of a snapshot: each ring's tiles that were written, and those of all other layers. */
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

    /** Where such a piece begins. */
    long piece(int number) {
        return number == layers.size() ? ringBytes : layers.get(number).keys;
    }
}
