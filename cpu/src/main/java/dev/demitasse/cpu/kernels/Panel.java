package dev.demitasse.cpu.kernels;

import dev.demitasse.cpu.layout.Packing;
import dev.demitasse.cpu.wasm.Function;
import dev.demitasse.cpu.wasm.Ptr;
import dev.demitasse.cpu.wasm.V128;
import dev.demitasse.cpu.wasm.V128Var;

/**
 * The order of the quants in a panel's block: groups of 4 columns, each of which gives two vectors of pairs, with row {@code r} of the half in
 * lanes {@code 2r} and {@code 2r + 1}. Unsigned quants are bytes: a row's columns are stored in the order 0, 2, 1, 3, so that the even bytes
 * are one pair and the odd bytes the other. A vector of low bits holds two groups; the bits above the fourth are in vectors with the same
 * order of bytes. Signed quants are stored pair after pair.
 */
final class Panel {
    static final int GROUPS = Packing.BLOCK_COLUMNS / 4;
    private static final int VECTOR = 16;

    private Panel() {}

    /** Returns the offset of one half's quants in a block. */
    private static int halfAt(Packing packing, int half) {
        return packing.blockHeaderBytes() + half * packing.halfBytes();
    }

    /** Loads columns {@code 4g, 4g + 1} and {@code 4g + 2, 4g + 3}, as {@code i16x8} each. */
    static V128Var[] pairs(Function f, Packing packing, Ptr block, int half, int g) {
        if (packing.bits() == 8) {
            int at = halfAt(packing, half) + VECTOR * g;
            return new V128Var[] {f.v128(block.load8x8S(at)), f.v128(block.load8x8S(at + VECTOR / 2))};
        }
        V128Var bytes = f.v128(unsigned(f, packing, block, half, g));
        return new V128Var[] {f.v128(bytes.and(f.constant(V128.i16x8(0xff)))), f.v128(bytes.i16x8ShrU(8))};
    }

    private static V128 unsigned(Function f, Packing packing, Ptr block, int half, int g) {
        int highBits = packing.bits() - 4;
        int at = halfAt(packing, half);
        V128 nibbles = block.v128(at + VECTOR * (highBits + g / 2));
        V128 low = (g % 2 == 0 ? nibbles : nibbles.i16x8ShrU(4)).and(f.constant(V128.i8x16(15)));
        if (highBits == 0) {
            return low;
        }
        int groupsPerVector = 8 / highBits;
        V128 high = block.v128(at + VECTOR * (g / groupsPerVector));
        int bit = highBits * (g % groupsPerVector);
        return low.or(shifted(high, 4 - bit).and(f.constant(V128.i8x16((1 << packing.bits()) - 16))));
    }

    /** Shifts to the left, or to the right if {@code left} is negative. */
    private static V128 shifted(V128 bytes, int left) {
        if (left == 0) {
            return bytes;
        }
        return left > 0 ? bytes.i16x8Shl(left) : bytes.i16x8ShrU(-left);
    }

    /**
     * Writes one half of a block.
     *
     * @param first columns 0 to 15 of the half's four rows
     * @param last columns 16 to 31
     */
    static void pack(Function f, Packing packing, V128Var[] first, V128Var[] last, Ptr block, int half) {
        int at = halfAt(packing, half);
        if (packing.bits() == 8) {
            packSigned(f, first, block, at);
            packSigned(f, last, block, at + 4 * VECTOR);
            return;
        }
        V128Var[] groups = new V128Var[GROUPS];
        System.arraycopy(Simd.transpose32(f, pairsTogether(f, first)), 0, groups, 0, 4);
        System.arraycopy(Simd.transpose32(f, pairsTogether(f, last)), 0, groups, 4, 4);
        int highBits = packing.bits() - 4;
        for (int vector = 0; vector < highBits; vector++) {
            int groupsPerVector = 8 / highBits;
            V128 all = V128.zero();
            for (int i = 0; i < groupsPerVector; i++) {
                V128 high = groups[vector * groupsPerVector + i].and(V128.i8x16((1 << packing.bits()) - 16));
                all = all.or(shifted(high, highBits * i - 4));
            }
            f.store(block, at + VECTOR * vector, all);
        }
        for (int i = 0; i < GROUPS / 2; i++) {
            V128 low = groups[2 * i].and(V128.i8x16(15));
            V128 high = groups[2 * i + 1].and(V128.i8x16(15)).i16x8Shl(4);
            f.store(block, at + VECTOR * (highBits + i), low.or(high));
        }
    }

    /** Exchanges the second and the third of each four columns. */
    private static V128Var[] pairsTogether(Function f, V128Var[] rows) {
        V128Var[] ordered = new V128Var[rows.length];
        for (int r = 0; r < rows.length; r++) {
            ordered[r] = f.v128(rows[r].shuffle(rows[r], 0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15));
        }
        return ordered;
    }

    private static void packSigned(Function f, V128Var[] rows, Ptr block, int at) {
        V128Var low01 = f.v128(Simd.unpackLow16(rows[0], rows[1]));
        V128Var low23 = f.v128(Simd.unpackLow16(rows[2], rows[3]));
        V128Var high01 = f.v128(Simd.unpackHigh16(rows[0], rows[1]));
        V128Var high23 = f.v128(Simd.unpackHigh16(rows[2], rows[3]));
        f.store(block, at, Simd.unpackLow32(low01, low23));
        f.store(block, at + VECTOR, Simd.unpackHigh32(low01, low23));
        f.store(block, at + 2 * VECTOR, Simd.unpackLow32(high01, high23));
        f.store(block, at + 3 * VECTOR, Simd.unpackHigh32(high01, high23));
    }
}
