package dev.demitasse.cpu.kernels;

import dev.demitasse.cpu.layout.Packing;
import dev.demitasse.cpu.wasm.Function;
import dev.demitasse.cpu.wasm.I32Var;
import dev.demitasse.cpu.wasm.Ptr;
import dev.demitasse.cpu.wasm.V128;
import dev.demitasse.cpu.wasm.V128Var;
import org.jspecify.annotations.Nullable;

/** Q6_K: superblocks of 256 elements with a float16 factor. Each 16 elements have a signed 8-bit scale; the quant 32 stands for 0. */
final class Q6KFormat extends QuantizedFormat {
    private static final int HIGH_BITS_AT = 128;
    private static final int SCALES_AT = 192;
    private static final int FACTOR_AT = 208;

    private final @Nullable V128Var[] factors = new V128Var[2];

    Q6KFormat() {
        super(Packing.Q6_K);
    }

    @Override
    int subBlocks() {
        return 2;
    }

    @Override
    V128[] quants(Function f, Ptr superblock, int b) {
        V128[] quants = new V128[2];
        for (int i = 0; i < 2; i++) {
            V128 nibbles = superblock.v128(64 * (b / 4) + 32 * (b % 2) + 16 * i);
            V128 low = (b % 4 < 2 ? nibbles : nibbles.i16x8ShrU(4)).and(V128.i8x16(15));
            V128 bits = superblock.v128(HIGH_BITS_AT + 32 * (b / 4) + 16 * i);
            int at = 2 * (b % 4);
            V128 moved = at < 4 ? bits.i16x8Shl(4 - at) : bits.i16x8ShrU(at - 4);
            quants[i] = low.or(moved.and(V128.i8x16(48)));
        }
        return quants;
    }

    @Override
    void packHeader(Function f, Ptr superblock, Ptr panel, int row, I32Var notFinite) {
        copyFloat16(f, superblock, FACTOR_AT, panel, 2 * row, notFinite);
    }

    @Override
    void packBlockHeader(Function f, Ptr superblock, int b, Ptr panelBlock, int row, I32Var notFinite) {
        f.store8(panelBlock, row, superblock.u8(SCALES_AT + 2 * b));
        f.store8(panelBlock, Packing.PANEL_ROWS + row, superblock.u8(SCALES_AT + 2 * b + 1));
    }

    @Override
    void openSuperblock(Function f, Ptr panel, int half) {
        factors[half] = f.v128(float16(f, panel.load16x4S(8 * half)));
    }

    @Override
    V128 scale(Function f, Ptr block, int half, int subBlock) {
        V128 all = block.load8x8S(Packing.PANEL_ROWS * subBlock);
        V128 four = half == 0 ? all.i32x4ExtendLowI16x8S() : all.i32x4ExtendHighI16x8S();
        return four.f32x4ConvertI32x4S().f32x4Mul(factors[half]);
    }

    @Override
    V128 offset(Function f, Ptr block, int half, int subBlock, V128 scale) {
        return scale.f32x4Mul(f.constant(V128.f32x4(-32)));
    }
}
