package dev.demitasse.cpu.kernels;

import dev.demitasse.cpu.wasm.F32;
import dev.demitasse.cpu.wasm.Function;
import dev.demitasse.cpu.wasm.Ptr;
import dev.demitasse.cpu.wasm.V128;
import dev.demitasse.cpu.wasm.V128Var;
import java.util.function.BinaryOperator;

/** Vector code that several kernels use. */
final class Simd {
    private final boolean relaxed;

    /**
     * Creates vector code for a module.
     *
     * @param relaxed whether instructions of the relaxed SIMD proposal may be used
     */
    Simd(boolean relaxed) {
        this.relaxed = relaxed;
    }

    /** Returns {@code a · b + c} of float32, rounded once if relaxed SIMD is allowed and the processor can. */
    V128 multiplyAdd(V128 a, V128 b, V128 c) {
        return relaxed ? a.f32x4RelaxedMadd(b, c) : a.f32x4Mul(b).f32x4Add(c);
    }

    /**
     * Returns {@code eˣ} of float32 as {@code 2ⁿ · eʳ} with {@code r} in ±ln(2)/2 and Taylor's series to r⁷; the relative error is below 3e-7.
     * Results below the smallest normal number become that, and results above the largest finite one become about 2e38. NaN stays NaN.
     */
    V128 exp(Function f, V128 x) {
        V128Var clamped =
                f.v128(x.f32x4Pmax(f.constant(V128.f32x4(-87.33f))).f32x4Pmin(f.constant(V128.f32x4(88.02f))));
        // at this magnitude float32 has no fraction: the addition rounds, and leaves the integer in the low bits
        V128 magic = f.constant(V128.f32x4(0x1.8p23f));
        V128Var shifted = f.v128(multiplyAdd(clamped, f.constant(V128.f32x4((float) (1 / Math.log(2)))), magic));
        V128Var n = f.v128(shifted.f32x4Sub(magic));
        // ln 2 as a sum of two, the first with few bits, so that its multiples are exact
        float high = 355 / 512f;
        V128Var r = f.v128(multiplyAdd(n, f.constant(V128.f32x4(-high)), clamped));
        r.set(multiplyAdd(n, f.constant(V128.f32x4((float) (high - Math.log(2)))), r));
        V128 sum = f.constant(V128.f32x4(1 / 5040f));
        for (float factorial : new float[] {720, 120, 24, 6, 2, 1, 1}) {
            sum = multiplyAdd(sum, r, f.constant(V128.f32x4(1 / factorial)));
        }
        V128 power =
                n.i32x4TruncSatF32x4S().i32x4Add(f.constant(V128.i32x4(127))).i32x4Shl(23);
        return sum.f32x4Mul(power);
    }

    /** Returns {@code 1 / (1 + e⁻ˣ)}. */
    V128 sigmoid(Function f, V128 x) {
        V128 one = f.constant(V128.f32x4(1));
        return one.f32x4Div(one.f32x4Add(exp(f, x.f32x4Mul(f.constant(V128.f32x4(-1))))));
    }

    /** Returns {@code cap · tanh(x / cap)}, by tanh(y) = 2 · sigmoid(2y) - 1. */
    V128 softCap(Function f, V128 x, V128 cap) {
        V128 sigmoid = sigmoid(f, x.f32x4Mul(f.constant(V128.f32x4(2))).f32x4Div(cap));
        return sigmoid.f32x4Mul(f.constant(V128.f32x4(2)))
                .f32x4Sub(f.constant(V128.f32x4(1)))
                .f32x4Mul(cap);
    }

    /** Copies one of four lanes to all of them. */
    static V128 splatLane(V128 x, int lane) {
        int b = 4 * lane;
        return x.shuffle(
                x, b, b + 1, b + 2, b + 3, b, b + 1, b + 2, b + 3, b, b + 1, b + 2, b + 3, b, b + 1, b + 2, b + 3);
    }

    static V128 unpackLow16(V128 a, V128 b) {
        return a.shuffle(b, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23);
    }

    static V128 unpackHigh16(V128 a, V128 b) {
        return a.shuffle(b, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31);
    }

    static V128 unpackLow32(V128 a, V128 b) {
        return a.shuffle(b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
    }

    static V128 unpackHigh32(V128 a, V128 b) {
        return a.shuffle(b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
    }

    static V128 unpackLow64(V128 a, V128 b) {
        return a.shuffle(b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
    }

    static V128 unpackHigh64(V128 a, V128 b) {
        return a.shuffle(b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
    }

    /** Exchanges lanes and vectors. */
    static V128Var[] transpose32(Function f, V128Var[] rows) {
        V128Var low01 = f.v128(unpackLow32(rows[0], rows[1]));
        V128Var low23 = f.v128(unpackLow32(rows[2], rows[3]));
        V128Var high01 = f.v128(unpackHigh32(rows[0], rows[1]));
        V128Var high23 = f.v128(unpackHigh32(rows[2], rows[3]));
        return new V128Var[] {
            f.v128(unpackLow64(low01, low23)),
            f.v128(unpackHigh64(low01, low23)),
            f.v128(unpackLow64(high01, high23)),
            f.v128(unpackHigh64(high01, high23))
        };
    }

    /** Combines all four lanes. */
    static F32 horizontal(Function f, V128Var lanes, BinaryOperator<V128> vectors, BinaryOperator<F32> scalars) {
        V128Var two = f.v128(vectors.apply(lanes, unpackHigh64(lanes, lanes)));
        return scalars.apply(two.f32x4ExtractLane(0), two.f32x4ExtractLane(1));
    }

    /** Stores each of four lanes in all lanes of a vector, {@code step} bytes apart. */
    static void storeLanes(Function f, V128Var four, Ptr target, int offset, int step) {
        for (int lane = 0; lane < 4; lane++) {
            f.store(target, offset + lane * step, splatLane(four, lane));
        }
    }
}
