package dev.demitasse.cpu.layout;

/**
 * How a layer's keys and values lie in the cache, as float16: keys as {@code [kvHead][position / 8][headSize][8]}, so that a vector's lanes
 * are positions; values as {@code [kvHead][position][headSize]}, so that they are elements. Numbers too small for a normal float16
 * become 0, those beyond its range its greatest.
 */
public final class KvLayout {
    /** Positions that lie together. */
    public static final int BLOCK = 8;
    /** Positions whose scores are held at a time. */
    public static final int TILE = 64;

    /** Of a snapshot, in which each head has only the positions that were wanted: of keys whole blocks. */
    public static final String NAME = "float16 keys [kvHead][position / " + BLOCK + "][element][" + BLOCK
            + "] values [kvHead][position][element]";

    private KvLayout() {}

    /** Positions to allot for a context. */
    public static int context(int contextLength) {
        return (int) Math.min(((long) contextLength + TILE - 1) / TILE * TILE, Integer.MAX_VALUE - TILE);
    }

    /** So many positions and what is missing to a whole block of keys. */
    public static int wholeBlocks(int positions) {
        return (positions + BLOCK - 1) / BLOCK * BLOCK;
    }

    /** Bytes of the keys of a layer, or a head, and as many of its values. */
    public static long bytes(int context, int width) {
        return Math.multiplyExact((long) context, 2L * width);
    }
}
