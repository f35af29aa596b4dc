package dev.demitasse.cpu.layout;

import dev.demitasse.backend.KvTiles;
import dev.demitasse.backend.KvType;

/**
 * How keys and values of one head lie in the cache: a tile of {@value #TILE} positions after the other, each of the same size. Keys are
 * {@code [position / 8][element][8]}, so that a vector's lanes are positions; values {@code [element / 8][position][8]}, so that they are elements.
 * Either is read from its beginning to its end.
 *
 * <p>As float16, numbers too small for a normal one become 0, those beyond its range its greatest. As Q8_0 each {@value #QUANTS} elements have
 * float32 scales before them, one for each position: of keys eight, of values those of the tile.
 */
public record KvLayout(KvType type, int headSize) {
    /** Positions whose keys lie together. */
    public static final int BLOCK = 8;
    /** Positions whose scores are held at a time. */
    public static final int TILE = KvTiles.TILE;
    /** Elements that share a scale. */
    public static final int QUANTS = KvType.BLOCK;

    private static final int SCALE_BYTES = 4;
    /** Bytes of a scale and its elements. */
    public static final int QUANTS_BYTES = SCALE_BYTES + QUANTS;

    /** @throws IllegalArgumentException if the kernels can't take heads of this size */
    public KvLayout {
        int multiple = type == KvType.Q8_0 ? QUANTS : BLOCK;
        if (headSize % multiple != 0) {
            throw new IllegalArgumentException("heads of " + headSize + " elements; the CPU kernels need a multiple of "
                    + multiple + " for keys and values as " + type);
        }
    }

    /** Of a position's keys, or values. */
    public int rowBytes() {
        return type == KvType.F16 ? 2 * headSize : headSize / QUANTS * QUANTS_BYTES;
    }

    /** Of the keys of a tile, or of its values. */
    public int tileBytes() {
        return TILE * rowBytes();
    }
}
