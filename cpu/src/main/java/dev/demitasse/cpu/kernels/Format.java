package dev.demitasse.cpu.kernels;

import dev.demitasse.cpu.layout.Packing;
import dev.demitasse.cpu.wasm.Function;
import dev.demitasse.cpu.wasm.I32;
import dev.demitasse.cpu.wasm.I32Var;
import dev.demitasse.cpu.wasm.Ptr;
import dev.demitasse.cpu.wasm.V128;

/** One {@link Packing} as the kernels read and write it. Kernels of all kinds are generated from it. */
abstract sealed class Format permits QuantizedFormat, FloatFormat {
    final Packing packing;

    Format(Packing packing) {
        this.packing = packing;
    }

    /** Returns a format for one kernel: it holds that kernel's variables. */
    static Format of(Packing packing) {
        return switch (packing) {
            case Q4_0 -> new SimpleFormat(packing, 8, 2);
            case Q4_1 -> new SimpleFormat(packing, 0, 4);
            case Q5_0 -> new SimpleFormat(packing, 16, 6);
            case Q5_1 -> new SimpleFormat(packing, 0, 8);
            case Q8_0 -> new SimpleFormat(packing, 0, 2);
            case Q4_K -> new KFormat(packing, 16);
            case Q5_K -> new KFormat(packing, 48);
            case Q6_K -> new Q6KFormat();
            case F16 -> new FloatFormat.F16();
            case BF16 -> new FloatFormat.BF16();
            case F32 -> new FloatFormat.F32();
        };
    }

    /**
     * Converts four float16 numbers to float32. They must be finite.
     *
     * @param extended their bits, sign-extended to 32
     */
    static V128 float16(Function f, V128 extended) {
        return extended.i32x4Shl(13).and(f.constant(V128.i32x4(0x8fffe000))).f32x4Mul(f.constant(V128.f32x4(0x1p112f)));
    }

    /** Copies a float16 number, and sets {@code notFinite} if it is an infinity or NaN. */
    static void copyFloat16(Function f, Ptr source, int from, Ptr target, int to, I32Var notFinite) {
        I32Var bits = f.i32(source.u16(from));
        f.store16(target, to, bits);
        notFinite.set(notFinite.or(bits.and(0x7c00).eq(I32.of(0x7c00))));
    }
}
