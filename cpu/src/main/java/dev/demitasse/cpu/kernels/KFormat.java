package dev.demitasse.cpu.kernels;

import dev.demitasse.cpu.layout.Packing;
import dev.demitasse.cpu.wasm.Function;
import dev.demitasse.cpu.wasm.I32;
import dev.demitasse.cpu.wasm.I32Var;
import dev.demitasse.cpu.wasm.Ptr;
import dev.demitasse.cpu.wasm.V128;
import dev.demitasse.cpu.wasm.V128Var;
import org.jspecify.annotations.Nullable;

/**
 * Q4_K, Q5_K: superblocks of 256 elements with two float16 factors. Each block of 32 has a 6-bit scale and a 6-bit minimum, which are
 * multiplied by these factors. The panel stores scales and minima as bytes.
 */
final class KFormat extends QuantizedFormat {
    /** Offset of a file's 12 bytes of scales and minima, after the two factors. */
    private static final int SCALES_AT = 4;
    /** Offset of the fifth bits in a Q5_K file's superblock: byte {@code i} holds those of element {@code i} of all eight blocks. */
    private static final int FIFTH_BITS_AT = 16;
    /** Offset of the minima's factors in a panel's superblock, after those of the scales. */
    private static final int MINIMA_AT = 16;

    private final int quantsAt;
    private final @Nullable V128Var[] factors = new V128Var[2];
    private final @Nullable V128Var[] minimumFactors = new V128Var[2];

    /**
     * Creates the format for a packing.
     *
     * @param quantsAt offset of the low four bits in a file's superblock
     */
    KFormat(Packing packing, int quantsAt) {
        super(packing);
        this.quantsAt = quantsAt;
    }

    @Override
    V128[] quants(Function f, Ptr superblock, int b) {
        V128[] quants = new V128[2];
        for (int i = 0; i < 2; i++) {
            V128 nibbles = superblock.v128(quantsAt + 32 * (b / 2) + 16 * i);
            quants[i] = (b % 2 == 0 ? nibbles : nibbles.i16x8ShrU(4)).and(V128.i8x16(15));
            if (packing.bits() == 5) {
                V128 bits = superblock.v128(FIFTH_BITS_AT + 16 * i);
                V128 moved = b < 4 ? bits.i16x8Shl(4 - b) : bits.i16x8ShrU(b - 4);
                quants[i] = quants[i].or(moved.and(V128.i8x16(16)));
            }
        }
        return quants;
    }

    @Override
    void packHeader(Function f, Ptr superblock, Ptr panel, int row, I32Var notFinite) {
        copyFloat16(f, superblock, 0, panel, 2 * row, notFinite);
        copyFloat16(f, superblock, 2, panel, MINIMA_AT + 2 * row, notFinite);
    }

    @Override
    void packBlockHeader(Function f, Ptr superblock, int b, Ptr panelBlock, int row, I32Var notFinite) {
        I32 scale;
        I32 minimum;
        if (b < 4) {
            scale = superblock.u8(SCALES_AT + b).and(63);
            minimum = superblock.u8(SCALES_AT + 4 + b).and(63);
        } else {
            I32 low = superblock.u8(SCALES_AT + 4 + b);
            scale = low.and(15).or(superblock.u8(SCALES_AT + b - 4).shrU(6).shl(4));
            minimum = low.shrU(4).or(superblock.u8(SCALES_AT + b).shrU(6).shl(4));
        }
        f.store8(panelBlock, row, scale);
        f.store8(panelBlock, Packing.PANEL_ROWS + row, minimum);
    }

    @Override
    void openSuperblock(Function f, Ptr panel, int half) {
        factors[half] = f.v128(float16(f, panel.load16x4S(8 * half)));
        minimumFactors[half] =
                f.v128(float16(f, panel.load16x4S(MINIMA_AT + 8 * half)).f32x4Mul(V128.f32x4(-1)));
    }

    private static V128 bytes(Ptr block, int offset, int half) {
        V128 all = block.load8x8U(offset);
        return (half == 0 ? all.i32x4ExtendLowI16x8U() : all.i32x4ExtendHighI16x8U()).f32x4ConvertI32x4S();
    }

    @Override
    V128 scale(Function f, Ptr block, int half, int subBlock) {
        return bytes(block, 0, half).f32x4Mul(factors[half]);
    }

    @Override
    V128 offset(Function f, Ptr block, int half, int subBlock, V128 scale) {
        return bytes(block, Packing.PANEL_ROWS, half).f32x4Mul(minimumFactors[half]);
    }
}
