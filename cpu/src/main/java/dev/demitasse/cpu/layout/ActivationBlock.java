package dev.demitasse.cpu.layout;

/**
 * {@link Packing#BLOCK_COLUMNS} elements of a quantized row of activations: a header, then 16-bit elements. Rows are grouped in tiles: the
 * first block of each row, the second of each, and so on.
 */
public final class ActivationBlock {
    /** Offset of the scale, a float32: an element is its integer times the scale. */
    public static final int SCALE = 0;
    /** Offset of two float32: the sums of the first and of the last 16 elements. */
    public static final int SUMS = 4;

    /** Offset of the sum of all elements, a float32. */
    public static final int SUM_OF_ALL = 12;

    public static final int HEADER_BYTES = 16;

    public static final int BYTES = HEADER_BYTES + 2 * Packing.BLOCK_COLUMNS;

    /** Number of rows that matrix–matrix kernels multiply at a time. */
    public static final int TILE_ROWS = 4;

    private ActivationBlock() {}
}
