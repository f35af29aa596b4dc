package dev.demitasse.cpu.kernels;

import dev.demitasse.cpu.layout.Packing;
import dev.demitasse.cpu.wasm.Function;
import dev.demitasse.cpu.wasm.I32Var;
import dev.demitasse.cpu.wasm.Ptr;
import dev.demitasse.cpu.wasm.V128;

/**
 * A quantization type: where a file's blocks keep quants and scales, and how a panel's scales are read. An element is
 * {@code scale · quant + offset}. Quants are unsigned, except those of 8 bits.
 *
 * <p>For the layout of a file's blocks see ggml's {@code ggml-common.h} and {@code ggml-quants.c}.
 */
abstract non-sealed class QuantizedFormat extends Format {
    QuantizedFormat(Packing packing) {
        super(packing);
    }

    /** Number of sub-blocks of a block: runs of columns that share a scale. */
    int subBlocks() {
        return 1;
    }

    boolean isSigned() {
        return packing.bits() == 8;
    }

    boolean hasOffset() {
        return !isSigned();
    }

    // Reading a file's rows.

    /** Returns the quants of block {@code b} of a row, as 16 and 16 bytes. */
    abstract V128[] quants(Function f, Ptr superblock, int b);

    /** Copies a row's scales of the superblock into the panel, and sets {@code notFinite} if one is an infinity or NaN. */
    abstract void packHeader(Function f, Ptr superblock, Ptr panel, int row, I32Var notFinite);

    /** Copies a row's scales of block {@code b} into the panel's block, and sets {@code notFinite} as {@link #packHeader} does. */
    abstract void packBlockHeader(Function f, Ptr superblock, int b, Ptr panelBlock, int row, I32Var notFinite);

    // Reading half the rows of a panel: one row in each of four lanes.

    /** Loads the superblock's scales into variables. */
    abstract void openSuperblock(Function f, Ptr panel, int half);

    /** Returns the scales of a sub-block. */
    abstract V128 scale(Function f, Ptr block, int half, int subBlock);

    /**
     * Returns the offsets of a sub-block.
     *
     * @param scale the result of {@link #scale}
     */
    abstract V128 offset(Function f, Ptr block, int half, int subBlock, V128 scale);
}
