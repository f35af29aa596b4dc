package dev.demitasse.cpu.kernels;

import dev.demitasse.cpu.layout.Packing;
import dev.demitasse.cpu.wasm.Function;
import dev.demitasse.cpu.wasm.I32Var;
import dev.demitasse.cpu.wasm.Ptr;
import dev.demitasse.cpu.wasm.V128;

/**
 * Q4_0, Q4_1, Q5_0, Q5_1, Q8_0: 32 elements with one scale and, if the type ends in 1, one offset; else quants count from the middle of
 * their range.
 */
final class SimpleFormat extends Format {
    /** The panel's offsets stand after its scales. */
    private static final int OFFSETS = 16;

    private final int zero;
    private final int quantsAt;

    /** @param zero the quant that stands for 0
     * @param quantsAt place of the quants in a file's block */
    SimpleFormat(Packing packing, int zero, int quantsAt) {
        super(packing);
        this.zero = zero;
        this.quantsAt = quantsAt;
    }

    private boolean offsetStored() {
        return packing.blockHeaderBytes() > OFFSETS;
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

    /** Sixteen bits as 16 in the bytes where they are set. */
    private static V128 fifthBits(Ptr superblock, int offset) {
        V128 word = V128.i32x4Splat(superblock.u16(offset));
        V128 bytes = word.shuffle(word, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
        V128 masked = bytes.and(V128.i32x4(0x08040201, 0x80402010, 0x08040201, 0x80402010));
        return masked.i8x16Eq(V128.zero()).select(V128.zero(), V128.i8x16(16));
    }

    @Override
    void packHeader(Function f, Ptr superblock, Ptr panel, int row, I32Var bad) {}

    @Override
    void packBlockHeader(Function f, Ptr superblock, int b, Ptr panelBlock, int row, I32Var bad) {
        copyFloat16(f, superblock, 0, panelBlock, 2 * row, bad);
        if (offsetStored()) {
            copyFloat16(f, superblock, 2, panelBlock, OFFSETS + 2 * row, bad);
        }
    }

    @Override
    void openSuperblock(Function f, Ptr panel, int half) {}

    @Override
    V128 scale(Function f, Ptr block, int half, int part) {
        return float16(f, block.load16x4S(8 * half));
    }

    @Override
    V128 offset(Function f, Ptr block, int half, int part, V128 scale) {
        return offsetStored()
                ? float16(f, block.load16x4S(OFFSETS + 8 * half))
                : scale.f32x4Mul(f.constant(V128.f32x4(-zero)));
    }
}
