package dev.demitasse.backend;

import dev.demitasse.plan.Op;
import dev.demitasse.plan.Plan;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Divides the positions of a KV cache into tiles. A layer with a sliding window keeps a ring of tiles, in which the latest tile overwrites the
 * oldest; other layers keep all tiles. Knows how much of a sequence the rings still hold.
 */
public final class KvTiles {
    /** Number of positions of a tile. */
    public static final int TILE = 64;
    /** The {@link #ring} of a layer that keeps all tiles. */
    public static final int WHOLE = Integer.MAX_VALUE;
    /** Number of positions that a ring holds in addition to the window, so that the last answer can be generated again. */
    private static final int SLACK = 512;

    private final List<Op.Attention> layers;
    private final int[] rings;
    private final int tiles;
    /** End of all positions that have been written since position 0 was written. */
    private int end;

    /**
     * Determines the rings of the layers.
     *
     * @param batchSize maximum number of tokens that are written before they are read
     */
    public KvTiles(Plan plan, int contextLength, int batchSize) {
        layers = plan.attention();
        tiles = tiles(contextLength);
        rings = layers.stream().mapToInt(layer -> ring(layer, batchSize)).toArray();
    }

    /** Returns the number of tiles for a number of positions. */
    public static int tiles(int positions) {
        return (int) (((long) positions + TILE - 1) / TILE);
    }

    /**
     * Returns the maximum number of positions, up to {@code limit}, that fits; {@link #TILE} if even these do not fit.
     *
     * @param fits whether a number of positions fits; positions in the same tiles must give the same answer
     */
    public static int maxContextLength(int limit, IntPredicate fits) {
        int min = 1;
        int max = tiles(limit);
        while (min < max) {
            int middle = min + (max - min + 1) / 2;
            if (fits.test((int) Math.min(limit, (long) middle * TILE))) {
                min = middle;
            } else {
                max = middle - 1;
            }
        }
        return (int) Math.min(limit, (long) min * TILE);
    }

    /** Returns the number of tiles with which a batch does not overwrite positions that its first token attends to. */
    private int ring(Op.Attention layer, int batchSize) {
        int needed = (int) Math.min(tiles, ((long) layer.window() + batchSize + SLACK + TILE - 1) / TILE + 1);
        return needed < tiles ? needed : WHOLE;
    }

    /** Returns the number of tiles of the whole context. */
    public int tiles() {
        return tiles;
    }

    /** Returns the number of tiles of a layer's ring, or {@link #WHOLE}. */
    public int ring(int layer) {
        return rings[layer];
    }

    public boolean isRing(int layer) {
        return rings[layer] != WHOLE;
    }

    /** Records that {@code count} tokens are written from a position on. */
    public void wrote(int position, int count) {
        end = Math.max(position == 0 ? 0 : end, position + count);
    }

    /** Records that positions were restored from a snapshot, which may have been taken at any later position. */
    public void restored(int positions) {
        end = latestEnd(positions);
    }

    /** Implements {@link Backend#validPrefix}. */
    public int validPrefix(int positions) {
        return end <= latestEnd(positions) ? positions : 0;
    }

    /** Returns the maximum {@link #end} with which the rings still hold what a pass after these positions needs. */
    private int latestEnd(int positions) {
        long latest = Integer.MAX_VALUE;
        for (int layer = 0; layer < rings.length; layer++) {
            if (isRing(layer)) {
                int seen = Math.max(0, positions + 1 - layers.get(layer).window()) / TILE;
                latest = Math.min(latest, ((long) seen + rings[layer]) * TILE);
            }
        }
        return (int) latest;
    }

    /** Returns the shapes of keys and values, {@code kvHeads x headSize}, and rings of all layers, for {@link Backend#kvLayout}. */
    public String name() {
        StringBuilder name = new StringBuilder("tiles of ").append(TILE);
        for (int layer = 0; layer < rings.length; layer++) {
            name.append(' ').append(layers.get(layer).kvShape());
            name.append(isRing(layer) ? " ring " + rings[layer] : "");
        }
        return name.toString();
    }
}
