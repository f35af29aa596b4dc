package dev.demitasse.cpu.layout;

import dev.demitasse.backend.KvTiles;
import dev.demitasse.backend.KvType;

/**
 * The layout of a head's keys and values in the cache: tiles of {@value #TILE} positions, all of the same size. Keys are
 * {@code [position / 8][element][8]}, so that the lanes of a vector are positions; values are {@code [element / 8][position][8]}, so that the
 * lanes are elements. Kernels read both from start to end.
 *
 * <p>As float16, numbers too small for a normal one become 0, and numbers beyond the range become the largest finite one. As Q8_0, each
 * {@value #QUANT_BLOCK} elements are preceded by float32 scales, one for each position: of keys eight, of values those of the tile.
 */
public record KvLayout(KvType type, int headSize) {
    /** Number of positions whose keys are interleaved. */
    public static final int POSITION_BLOCK = 8;
    /** Number of positions whose scores are computed before their values are read. */
    public static final int TILE = KvTiles.TILE;
    /** Number of elements that share a scale. */
    public static final int QUANT_BLOCK = KvType.BLOCK;

    private static final int SCALE_BYTES = 4;
    /** Bytes of a scale and its elements. */
    public static final int QUANT_BLOCK_BYTES = SCALE_BYTES + QUANT_BLOCK;

    /**
     * Checks the size of the heads.
     *
     * @throws IllegalArgumentException if the kernels don't support it
     */
    public KvLayout {
        int multiple =
                switch (type) {
                    case F16 -> POSITION_BLOCK;
                    case Q8_0 -> QUANT_BLOCK;
                };
        if (headSize % multiple != 0) {
            throw new IllegalArgumentException("head size is " + headSize + "; the CPU kernels need a multiple of "
                    + multiple + " for keys and values as " + type);
        }
    }

    /** Returns the bytes of a head's key, or value, at one position. */
    public int rowBytes() {
        return switch (type) {
            case F16 -> 2 * headSize;
            case Q8_0 -> headSize / QUANT_BLOCK * QUANT_BLOCK_BYTES;
        };
    }

    /** Returns the bytes of a head's keys, or values, in a tile. */
    public int tileBytes() {
        return TILE * rowBytes();
    }
}
