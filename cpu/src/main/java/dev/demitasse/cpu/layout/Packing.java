package dev.demitasse.cpu.layout;

import dev.demitasse.gguf.TensorType;

/**
 * The layout of a matrix in the kernels' memory: panels of {@link #PANEL_ROWS} rows, and in a panel one block of columns after the other.
 * A kernel reads a single stream, and the lanes of a vector belong to different rows. No type loses a bit, and none grows by more than 3 %.
 *
 * <p>A panel's superblock consists of a header with scales of the superblock and blocks of {@link #BLOCK_COLUMNS} columns. A block consists
 * of a header with scales of the block and, for each half of the rows, the quants: first the bits above the fourth, then the low four bits.
 */
public enum Packing {
    Q4_0(TensorType.Q4_0, 0, 16, 4),
    Q4_1(TensorType.Q4_1, 0, 32, 4),
    Q5_0(TensorType.Q5_0, 0, 16, 5),
    Q5_1(TensorType.Q5_1, 0, 32, 5),
    Q8_0(TensorType.Q8_0, 0, 16, 8),
    Q4_K(TensorType.Q4_K, 32, 16, 4),
    Q5_K(TensorType.Q5_K, 32, 16, 5),
    Q6_K(TensorType.Q6_K, 16, 16, 6),
    F16(TensorType.F16, 0, 0, 16),
    BF16(TensorType.BF16, 0, 0, 16),
    F32(TensorType.F32, 0, 0, 32);

    public static final int PANEL_ROWS = 8;
    /** Number of rows that one vector of four lanes holds. */
    public static final int HALF_ROWS = 4;

    public static final int BLOCK_COLUMNS = 32;

    private final TensorType type;
    private final int headerBytes;
    private final int blockHeaderBytes;
    private final int bits;

    Packing(TensorType type, int headerBytes, int blockHeaderBytes, int bits) {
        this.type = type;
        this.headerBytes = headerBytes;
        this.blockHeaderBytes = blockHeaderBytes;
        this.bits = bits;
    }

    /** Returns the packing for a type of tensor. Types without one of their own are requantized to {@link #Q8_0}. */
    public static Packing of(TensorType type) {
        for (Packing packing : values()) {
            if (packing.type == type) {
                return packing;
            }
        }
        return Q8_0;
    }

    /** Returns the type of the rows before they are packed. */
    public TensorType type() {
        return type;
    }

    /** Returns the bits of an element, without scales. */
    public int bits() {
        return bits;
    }

    public boolean isFloat() {
        return type.blockSize() == 1;
    }

    /** Returns the bytes before a superblock's first block. */
    public int headerBytes() {
        return headerBytes;
    }

    /** Returns the bytes before a block's quants. */
    public int blockHeaderBytes() {
        return blockHeaderBytes;
    }

    /** Returns the number of blocks in a superblock. */
    public int blocks() {
        return type.blockSize() / BLOCK_COLUMNS;
    }

    /** Returns the bytes of one half's quants in a block. */
    public int halfBytes() {
        return HALF_ROWS * BLOCK_COLUMNS * bits / 8;
    }

    /** Returns the bytes of a block of a panel. */
    public int blockBytes() {
        return blockHeaderBytes + 2 * halfBytes();
    }

    /** Returns the bytes of a superblock of a panel; for the float types, of one column. */
    public int superblockBytes() {
        return isFloat() ? PANEL_ROWS * bits / 8 : headerBytes + blocks() * blockBytes();
    }

    /** Returns the bytes of a panel of a matrix. */
    public int panelBytes(int columns) {
        return Math.multiplyExact(columns / type.blockSize(), superblockBytes());
    }

    /** Returns the bytes of a matrix. Missing rows of the last panel are zeros. */
    public long bytes(int columns, int rows) {
        return Math.multiplyExact(panels(rows), (long) panelBytes(columns));
    }

    /** Returns the number of panels of a matrix. */
    public static int panels(int rows) {
        return (int) (((long) rows + PANEL_ROWS - 1) / PANEL_ROWS);
    }
}
