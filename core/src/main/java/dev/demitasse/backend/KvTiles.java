package dev.demitasse.backend;

import dev.demitasse.plan.Op;
import dev.demitasse.plan.Plan;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * How backends divide a KV cache into tiles of positions. Layers with a sliding window keep rings of tiles, of which the latest overwrites the oldest;
 * the others keep all, and so take more as a sequence grows. Tells what of a sequence the rings still have.
 */
public final class KvTiles {
    /** Positions of a tile. */
    public static final int TILE = 64;
    /** Tiles of a layer that keeps them all. */
    public static final int WHOLE = Integer.MAX_VALUE;
    /** Positions beside a window that a ring holds, so that the last answer may be given anew. */
    private static final int SLACK = 512;

    private final List<Op.Attention> layers;
    private final int[] rings;
    private final int tiles;
    /** The end of all positions that were written since position 0 was. */
    private int end;

    /** @param batchSize most tokens that are written before they are read */
    public KvTiles(Plan plan, int contextLength, int batchSize) {
        layers = plan.attention();
        tiles = tiles(contextLength);
        rings = layers.stream().mapToInt(layer -> ring(layer, batchSize)).toArray();
    }

    /** Tiles that hold so many positions. */
    public static int tiles(int positions) {
        return (int) (((long) positions + TILE - 1) / TILE);
    }

    /**
     * The longest context, up to {@code most} positions, that fits; {@link #TILE} positions where even these don't.
     *
     * @param fits whether so many positions do; more of them in the same tiles take no more
     */
    public static int maxContextLength(int most, IntPredicate fits) {
        int least = 1;
        int tiles = tiles(most);
        while (least < tiles) { // the largest number of tiles that fits
            int middle = least + (tiles - least + 1) / 2;
            if (fits.test((int) Math.min(most, (long) middle * TILE))) {
                least = middle;
            } else {
                tiles = middle - 1;
            }
        }
        return (int) Math.min(most, (long) least * TILE);
    }

    /** Tiles enough that a batch overwrites nothing that its first token sees. */
    private int ring(Op.Attention layer, int batchSize) {
        int needed = (int) Math.min(tiles, ((long) layer.window() + batchSize + SLACK + TILE - 1) / TILE + 1);
        return needed < tiles ? needed : WHOLE;
    }

    /** Tiles of the whole context. */
    public int tiles() {
        return tiles;
    }

    /** Tiles of a layer after which the next one lies where the first did; {@link #WHOLE} if it keeps all. */
    public int ring(int layer) {
        return rings[layer];
    }

    public boolean isRing(int layer) {
        return rings[layer] != WHOLE;
    }

    /** Says that a batch of so many tokens is written from a position on. */
    public void wrote(int position, int count) {
        end = Math.max(position == 0 ? 0 : end, position + count);
    }

    /** Says that so many positions were restored: what came after them when they were read isn't known. */
    public void restored(int positions) {
        end = latestEnd(positions);
    }

    /** {@link Backend#validPrefix}. */
    public int validPrefix(int positions) {
        return end <= latestEnd(positions) ? positions : 0;
    }

    /** The latest end with which a pass may begin after so many positions. */
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

    /** Shapes of all layers' keys and values, {@code kvHeads x headSize}, and their rings: a part of {@link Backend#kvLayout}. */
    public String name() {
        StringBuilder name = new StringBuilder("tiles of ").append(TILE);
        for (int layer = 0; layer < rings.length; layer++) {
            name.append(' ').append(layers.get(layer).kvShape());
            name.append(isRing(layer) ? " ring " + rings[layer] : "");
        }
        return name.toString();
    }
}
