package dev.demitasse.cpu.layout;

/**
 * {@link Packing#BLOCK_COLUMNS} elements of a quantized row of activations: a header, then the elements. Rows lie in tiles: of all rows of
 * a tile the first block, then of all the second, and so on.
 */
public final class ActivationBlock {
    /** Float32: an element is its integer times this. */
    public static final int SCALE = 0;
    /** Float32: sum of the first 16 elements; of the last 16 after it; and of all 32 after that. */
    public static final int SUMS = 4;

    public static final int SUM_OF_ALL = 12;
    public static final int HEADER_BYTES = 16;

    /** Elements have 16 bits. */
    public static final int BYTES = HEADER_BYTES + 2 * Packing.BLOCK_COLUMNS;

    /** Rows that a kernel multiplies by at once when there are many. */
    public static final int TILE_ROWS = 4;

    private ActivationBlock() {}
}
