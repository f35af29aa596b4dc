package dev.demitasse.backend;

import dev.demitasse.plan.Op;
import dev.demitasse.plan.Plan;
import java.util.List;

/**
 * How backends divide a KV cache into tiles of positions. Layers with a sliding window keep rings of tiles, of which the latest overwrites the oldest;
 * the others keep all, and so take more as a sequence grows.
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

    /**
     * Whether a pass can begin after so many positions.
     *
     * @param end of all positions that were written since the sequence began
     */
    public boolean reaches(int positions, int end) {
        return end <= latestEnd(positions);
    }

    /** The latest end with which a pass may begin after so many positions. */
    public int latestEnd(int positions) {
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
            Op.Attention op = layers.get(layer);
            name.append(' ').append(op.kvHeads()).append('x').append(op.headSize());
            name.append(isRing(layer) ? " ring " + rings[layer] : "");
        }
        return name.toString();
    }
}
