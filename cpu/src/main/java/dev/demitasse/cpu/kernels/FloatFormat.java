package dev.demitasse.cpu.kernels;

import dev.demitasse.cpu.layout.Packing;
import dev.demitasse.cpu.wasm.Function;
import dev.demitasse.cpu.wasm.I32Var;
import dev.demitasse.cpu.wasm.Ptr;
import dev.demitasse.cpu.wasm.V128;

/** A matrix of floats: a panel holds column after column, each with one element of every row. */
abstract non-sealed class FloatFormat extends Format {
    FloatFormat(Packing packing) {
        super(packing);
    }

    int elementBytes() {
        return packing.bits() / 8;
    }

    /** Loads half a panel's elements of one column, as float32. */
    abstract V128 load(Function f, Ptr column, int half);

    /** Copies one element into the panel, and sets {@code notFinite} if products by it could not be trusted. */
    abstract void pack(Function f, Ptr source, Ptr panel, int offset, I32Var notFinite);

    static final class F16 extends FloatFormat {
        F16() {
            super(Packing.F16);
        }

        @Override
        V128 load(Function f, Ptr column, int half) {
            return float16(f, column.load16x4S(8 * half));
        }

        @Override
        void pack(Function f, Ptr source, Ptr panel, int offset, I32Var notFinite) {
            copyFloat16(f, source, 0, panel, offset, notFinite);
        }
    }

    static final class BF16 extends FloatFormat {
        BF16() {
            super(Packing.BF16);
        }

        @Override
        V128 load(Function f, Ptr column, int half) {
            return column.load16x4U(8 * half).i32x4Shl(16);
        }

        @Override
        void pack(Function f, Ptr source, Ptr panel, int offset, I32Var notFinite) {
            f.store16(panel, offset, source.u16(0));
        }
    }

    static final class F32 extends FloatFormat {
        F32() {
            super(Packing.F32);
        }

        @Override
        V128 load(Function f, Ptr column, int half) {
            return column.v128(16 * half);
        }

        @Override
        void pack(Function f, Ptr source, Ptr panel, int offset, I32Var notFinite) {
            f.store(panel, offset, source.i32(0));
        }
    }
}
