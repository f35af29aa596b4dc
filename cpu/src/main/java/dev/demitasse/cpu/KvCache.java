package dev.demitasse.cpu;

import dev.demitasse.backend.KvSnapshot;
import dev.demitasse.backend.KvType;
import dev.demitasse.cpu.layout.KvLayout;
import dev.demitasse.plan.Op;
import dev.demitasse.plan.Plan;
import java.util.ArrayList;
import java.util.List;

/**
 * Where keys and values lie, from the cache's beginning. Layers with a sliding window have rings of tiles. Behind these come the others'
 * tiles: the first of all layers, the second of all, and so on, so that the cache grows at its end as a sequence does.
 */
final class KvCache {
    /** Positions beside a window that a ring holds, so that the last answer may be given anew. */
    private static final int SLACK = 512;
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
    record Layer(KvLayout layout, int window, long keys, long values, int ring, int stride) {
        boolean isRing() {
            return ring != WHOLE;
        }
    }

    /** Tiles of a layer that keeps them all. */
    private static final int WHOLE = Integer.MAX_VALUE;

    private final KvType type;
    private final int tiles;
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
        tiles = KvLayout.tiles(contextLength);
        long rings = 0;
        int page = 0;
        for (Op.Attention op : plan.attention()) {
            int ring = ring(op, batchSize);
            int tileBytes = tileBytes(op);
            rings += ring == WHOLE ? 0 : (long) ring * tileBytes;
            page = Math.addExact(page, ring == WHOLE ? tileBytes : 0);
        }
        ringBytes = rings;
        pageBytes = page;
        long nextRing = 0;
        long nextInPage = ringBytes;
        for (Op.Attention op : plan.attention()) {
            int ring = ring(op, batchSize);
            int tileBytes = tileBytes(op);
            long keys = ring == WHOLE ? nextInPage : nextRing;
            layers.add(new Layer(
                    new KvLayout(type, op.headSize()),
                    op.window(),
                    keys,
                    keys + tileBytes / 2,
                    ring,
                    ring == WHOLE ? pageBytes : tileBytes));
            if (ring == WHOLE) {
                nextInPage += tileBytes;
            } else {
                nextRing += (long) ring * tileBytes;
            }
        }
    }

    /** Bytes of all keys and values of a layer in a tile. */
    private int tileBytes(Op.Attention op) {
        return Math.multiplyExact(2 * op.kvHeads(), new KvLayout(type, op.headSize()).tileBytes());
    }

    /** Tiles enough that a batch overwrites nothing that its first token sees. */
    private int ring(Op.Attention op, int batchSize) {
        long needed = ((long) op.window() + batchSize + SLACK + KvLayout.TILE - 1) / KvLayout.TILE + 1;
        return needed < tiles ? (int) needed : WHOLE;
    }

    /** By its number in the plan. */
    Layer layer(int number) {
        return layers.get(number);
    }

    /** Bytes with room for so many positions. */
    long bytes(int positions) {
        long steps = (KvLayout.tiles(positions) + STEP - 1) / STEP;
        return ringBytes + Math.min(steps * STEP, tiles) * pageBytes;
    }

    /** What a position more takes, on average. */
    long bytesPerPosition() {
        return pageBytes / KvLayout.TILE;
    }

    /**
     * Whether a pass can begin after so many positions.
     *
     * @param end of all positions that were written since the sequence began
     */
    boolean reaches(int positions, int end) {
        int lastTile = KvLayout.tiles(end) - 1;
        for (Layer layer : layers) {
            if (layer.isRing() && firstTile(layer, positions) <= lastTile - layer.ring) {
                return false;
            }
        }
        return true;
    }

    /** The latest end with which a pass may begin after so many positions. */
    int latestEnd(int positions) {
        long latest = Integer.MAX_VALUE;
        for (Layer layer : layers) {
            if (layer.isRing()) {
                latest = Math.min(latest, ((long) firstTile(layer, positions) + layer.ring) * KvLayout.TILE);
            }
        }
        return (int) latest;
    }

    /** The first tile that the token after so many positions sees. */
    private static int firstTile(Layer layer, int positions) {
        return Math.max(0, positions + 1 - layer.window) / KvLayout.TILE;
    }

    /** For {@link dev.demitasse.backend.Backend#kvLayout}. */
    String name(Plan plan) {
        StringBuilder name = new StringBuilder("cpu ")
                .append(type)
                .append(" tiles by element of ")
                .append(KvLayout.TILE)
                .append(KvSnapshot.shapes(plan));
        for (Layer layer : layers) {
            name.append(layer.isRing() ? " ring " + layer.ring : "");
        }
        return name.toString();
    }

    /** Sizes of the pieces of a snapshot: each ring's tiles that were written, and those of all other layers. */
    long[] pieces(int positions) {
        int written = KvLayout.tiles(positions);
        long[] pieces = new long[layers.size() + 1];
        for (int i = 0; i < layers.size(); i++) {
            Layer layer = layers.get(i);
            pieces[i] = layer.isRing() ? (long) Math.min(written, layer.ring) * layer.stride : 0;
        }
        pieces[layers.size()] = (long) written * pageBytes;
        return pieces;
    }

    /** Where such a piece begins. */
    long piece(int number) {
        return number == layers.size() ? ringBytes : layers.get(number).keys;
    }
}
