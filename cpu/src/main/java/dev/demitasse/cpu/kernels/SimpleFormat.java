package dev.demitasse.cpu.kernels;

import dev.demitasse.cpu.layout.Packing;
import dev.demitasse.cpu.wasm.Function;
import dev.demitasse.cpu.wasm.I32Var;
import dev.demitasse.cpu.wasm.Ptr;
import dev.demitasse.cpu.wasm.V128;

/**
 * Q4_0, Q4_1, Q5_0, Q5_1, Q8_0: blocks of 32 elements with one scale. Types that end in 1 have an offset, too; in the other types the
 * middle of the quants' range stands for 0.
 */
final class SimpleFormat extends QuantizedFormat {
    /** Offset of the stored offsets in a panel's block, after its scales. */
    private static final int OFFSETS_AT = 16;

    private final int zero;
    private final int quantsAt;

    /**
     * Creates the format for a packing.
     *
     * @param zero the quant that stands for 0
     * @param quantsAt offset of the quants in a file's block
     */
    SimpleFormat(Packing packing, int zero, int quantsAt) {
        super(packing);
        this.zero = zero;
        this.quantsAt = quantsAt;
    }

    private boolean storesOffset() {
        return packing.blockHeaderBytes() > OFFSETS_AT;
    }

    @Override
    V128[] quants(Function f, Ptr superblock, int b) {
        if (isSigned()) {
            return new V128[] {superblock.v128(quantsAt), superblock.v128(quantsAt + 16)};
        }
        V128 nibbles = f.v128(superblock.v128(quantsAt));
        V128 low = nibbles.and(V128.i8x16(15));
        V128 high = nibbles.i16x8ShrU(4).and(V128.i8x16(15));
        if (packing.bits() == 4) {
            return new V128[] {low, high};
        }
        int bitsAt = quantsAt - 4; // 32 bits, one for each element
        return new V128[] {low.or(fifthBits(superblock, bitsAt)), high.or(fifthBits(superblock, bitsAt + 2))};
    }

    /** Expands sixteen bits to bytes: 16 where the bit is set, else 0. */
    private static V128 fifthBits(Ptr superblock, int offset) {
        V128 word = V128.i32x4Splat(superblock.u16(offset));
        V128 bytes = word.shuffle(word, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
        V128 masked = bytes.and(V128.i32x4(0x08040201, 0x80402010, 0x08040201, 0x80402010));
        return masked.i8x16Eq(V128.zero()).select(V128.zero(), V128.i8x16(16));
    }

    @Override
    void packHeader(Function f, Ptr superblock, Ptr panel, int row, I32Var notFinite) {}

    @Override
    void packBlockHeader(Function f, Ptr superblock, int b, Ptr panelBlock, int row, I32Var notFinite) {
        copyFloat16(f, superblock, 0, panelBlock, 2 * row, notFinite);
        if (storesOffset()) {
            copyFloat16(f, superblock, 2, panelBlock, OFFSETS_AT + 2 * row, notFinite);
        }
    }

    @Override
    void openSuperblock(Function f, Ptr panel, int half) {}

    @Override
    V128 scale(Function f, Ptr block, int half, int subBlock) {
        return float16(f, block.load16x4S(8 * half));
    }

    @Override
    V128 offset(Function f, Ptr block, int half, int subBlock, V128 scale) {
        return storesOffset()
                ? float16(f, block.load16x4S(OFFSETS_AT + 8 * half))
                : scale.f32x4Mul(f.constant(V128.f32x4(-zero)));
    }
}
