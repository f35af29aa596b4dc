package dev.demitasse.cpu.kernels;

import dev.demitasse.cpu.layout.Packing;
import dev.demitasse.cpu.wasm.Function;
import dev.demitasse.cpu.wasm.I32;
import dev.demitasse.cpu.wasm.I32Var;
import dev.demitasse.cpu.wasm.Ptr;
import dev.demitasse.cpu.wasm.V128;
import java.util.List;

/**
 * One quantization type: where a file's blocks keep quants and scales, and how a panel's scales are read. An element is
 * {@code scale · quant + offset}; quants are unsigned except those of 8 bits. Kernels of all kinds are generated from this.
 * Layouts of the files: ggml's {@code ggml-common.h} and {@code ggml-quants.c}.
 */
abstract class Format {
    static final List<Format> ALL = List.of(
            new SimpleFormat(Packing.Q4_0, 8, 2),
            new SimpleFormat(Packing.Q4_1, 0, 4),
            new SimpleFormat(Packing.Q5_0, 16, 6),
            new SimpleFormat(Packing.Q5_1, 0, 8),
            new SimpleFormat(Packing.Q8_0, 0, 2),
            new KFormat(Packing.Q4_K, 16),
            new KFormat(Packing.Q5_K, 48),
            new Q6KFormat());

    final Packing packing;

    Format(Packing packing) {
        this.packing = packing;
    }

    /** Runs of a block's columns that share a scale: 1 of 32, or 2 of 16. */
    int parts() {
        return 1;
    }

    boolean isSigned() {
        return packing.bits() == 8;
    }

    boolean hasOffset() {
        return !isSigned();
    }

    // From the file.

    /** Quants of a row's block {@code b}, as 16 and 16 bytes. */
    abstract V128[] quants(Function f, Ptr superblock, int b);

    /** Copies row {@code row}'s scales of the superblock to the panel's; sets {@code bad} if one is not finite. */
    abstract void packHeader(Function f, Ptr superblock, Ptr panel, int row, I32Var bad);

    /** Copies row {@code row}'s scales of block {@code b} to the panel's block. */
    abstract void packBlockHeader(Function f, Ptr superblock, int b, Ptr panelBlock, int row, I32Var bad);

    // From the panel, for one half of its rows: four lanes.

    /** Reads the superblock's scales into variables. */
    abstract void openSuperblock(Function f, Ptr panel, int half);

    /** Scale of a part of the block. */
    abstract V128 scale(Function f, Ptr block, int half, int part);

    /** Offset of a part of the block; {@code scale} is what {@link #scale} gave. */
    abstract V128 offset(Function f, Ptr block, int half, int part, V128 scale);

    /** Four float16 numbers, which must be finite, as float32. */
    static V128 float16(Function f, V128 extended) {
        return extended.i32x4Shl(13).and(f.constant(V128.i32x4(0x8fffe000))).f32x4Mul(f.constant(V128.f32x4(0x1p112f)));
    }

    static void copyFloat16(Function f, Ptr source, int from, Ptr target, int to, I32Var bad) {
        I32Var bits = f.i32(source.u16(from));
        f.store16(target, to, bits);
        bad.set(bad.or(bits.and(0x7c00).eq(I32.of(0x7c00))));
    }
}
