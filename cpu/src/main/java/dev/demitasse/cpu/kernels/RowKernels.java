package dev.demitasse.cpu.kernels;

import dev.demitasse.cpu.layout.Command;
import dev.demitasse.cpu.layout.Control;
import dev.demitasse.cpu.wasm.F32;
import dev.demitasse.cpu.wasm.F32Var;
import dev.demitasse.cpu.wasm.Function;
import dev.demitasse.cpu.wasm.I32;
import dev.demitasse.cpu.wasm.I32Var;
import dev.demitasse.cpu.wasm.Module;
import dev.demitasse.cpu.wasm.PtrVar;
import dev.demitasse.cpu.wasm.V128;
import dev.demitasse.cpu.wasm.V128Var;

/**
 * The operations that cost little compared to products and attention. Those on single elements process four at a time, and may run past the
 * end of a buffer, which is padded.
 */
final class RowKernels {
    private final Module module;
    private final Simd simd;

    RowKernels(Module module, Simd simd) {
        this.module = module;
        this.simd = simd;
    }

    Function rmsNorm() {
        Kernel kernel = new Kernel(module, "rms_norm");
        Function f = kernel.f;
        I32Var columns = kernel.number(Command.COLUMNS);
        PtrVar in = kernel.pointer(Command.IN);
        PtrVar out = kernel.pointer(Command.OUT);
        PtrVar weights = kernel.pointer(Command.WEIGHTS);
        I32Var vectorized = f.i32(columns.and(-4));
        I32Var runsPerRow = f.i32(kernel.number(Command.OUT_COLUMNS).dividedBy(columns));
        I32Var[] range = kernel.range(kernel.rows().times(runsPerRow));
        I32Var run = f.i32();
        I32Var i = f.i32();
        f.count(run, range[0], range[1], 1, () -> {
            PtrVar source = f.ptr(in.plus(run, columns.times(4)));
            PtrVar target = f.ptr(out.plus(run, columns.times(4)));
            V128Var squares = f.v128(V128.zero());
            f.count(i, I32.of(0), vectorized, 4, () -> {
                V128Var x = f.v128(source.plus(i.times(4)).v128(0));
                squares.set(simd.multiplyAdd(x, x, squares));
            });
            squares.set(squares.f32x4Add(Simd.unpackHigh64(squares, squares)));
            F32Var sum = f.f32(squares.f32x4ExtractLane(0).plus(squares.f32x4ExtractLane(1)));
            f.count(i, vectorized, columns, 1, () -> {
                F32Var x = f.f32(source.plus(i.times(4)).f32(0));
                sum.set(sum.plus(x.times(x)));
            });
            F32 mean = sum.dividedBy(columns.toF32());
            F32Var scale = f.f32(F32.of(1)
                    .dividedBy(mean.plus(kernel.command.f32(Command.EPSILON)).sqrt()));
            V128Var scales = f.v128(V128.f32x4Splat(scale));
            f.count(i, I32.of(0), vectorized, 4, () -> {
                V128 x = source.plus(i.times(4)).v128(0);
                f.store(
                        target.plus(i.times(4)),
                        0,
                        x.f32x4Mul(scales).f32x4Mul(weights.plus(i.times(4)).v128(0)));
            });
            f.count(i, vectorized, columns, 1, () -> {
                F32 x = source.plus(i.times(4)).f32(0);
                f.store(
                        target.plus(i.times(4)),
                        0,
                        x.times(scale).times(weights.plus(i.times(4)).f32(0)));
            });
        });
        return f;
    }

    Function rope() {
        Kernel kernel = new Kernel(module, "rope");
        Function f = kernel.f;
        I32Var headBytes = f.i32(kernel.command.i32(Command.HEAD_SIZE).times(4));
        I32Var heads = f.i32(kernel.command.i32(Command.COLUMNS).dividedBy(kernel.command.i32(Command.HEAD_SIZE)));
        I32Var pairs = kernel.number(Command.PAIRS);
        I32Var distance = f.i32(kernel.command.i32(Command.PAIR_DISTANCE).times(4));
        I32Var stride = f.i32(kernel.command.i32(Command.PAIR_STRIDE).times(4));
        PtrVar in = kernel.pointer(Command.IN);
        PtrVar out = kernel.pointer(Command.OUT);
        PtrVar cosines = kernel.pointer(Command.COSINES);
        PtrVar sines = kernel.pointer(Command.SINES);
        I32Var[] range = kernel.range(kernel.rows().times(heads));
        I32Var head = f.i32();
        I32Var i = f.i32();
        f.count(head, range[0], range[1], 1, () -> {
            PtrVar target = f.ptr(out.plus(head, headBytes));
            f.copy(target, in.plus(head, headBytes), headBytes);
            I32Var token = f.i32(head.dividedBy(heads));
            PtrVar cosine = f.ptr(cosines.plus(token, pairs.times(4)));
            PtrVar sine = f.ptr(sines.plus(token, pairs.times(4)));
            f.count(i, I32.of(0), pairs, 1, () -> {
                PtrVar other = f.ptr(target.plus(distance));
                F32Var x = f.f32(target.f32(0));
                F32Var y = f.f32(other.f32(0));
                F32Var cos = f.f32(cosine.f32(0));
                F32Var sin = f.f32(sine.f32(0));
                f.store(target, 0, x.times(cos).minus(y.times(sin)));
                f.store(other, 0, x.times(sin).plus(y.times(cos)));
                target.set(target.plus(stride));
                cosine.advance(4);
                sine.advance(4);
            });
        });
        return f;
    }

    Function swiglu() {
        return elementwise("swiglu", (f, gate, up, command) -> gate.f32x4Mul(simd.sigmoid(f, gate))
                .f32x4Mul(up));
    }

    /** {@code x/2 · (1 + tanh(u)) = x · sigmoid(2u)} with {@code u = √(2/π) · (x + 0.044715 x³)}. */
    Function geglu() {
        float factor = (float) (2 * Math.sqrt(2 / Math.PI));
        return elementwise("geglu", (f, gate, up, command) -> {
            V128 cubic = simd.multiplyAdd(gate.f32x4Mul(gate), V128.f32x4(0.044715f), V128.f32x4(1));
            V128 u = gate.f32x4Mul(cubic).f32x4Mul(V128.f32x4(factor));
            return gate.f32x4Mul(simd.sigmoid(f, u)).f32x4Mul(up);
        });
    }

    Function add() {
        return elementwise("add", (f, a, b, command) -> a.f32x4Add(b));
    }

    Function softCap() {
        return elementwise(
                "soft_cap",
                (f, x, unused, command) -> simd.softCap(f, x, V128.f32x4Splat(command.f32(Command.SOFT_CAP))));
    }

    /** Generates an operation on four elements. */
    private interface Elementwise {
        V128 compute(Function f, V128Var in, V128 other, StructPtr command);
    }

    private Function elementwise(String name, Elementwise operation) {
        Kernel kernel = new Kernel(module, name);
        Function f = kernel.f;
        PtrVar in = kernel.pointer(Command.IN);
        PtrVar other = kernel.pointer(Command.SECOND_IN);
        PtrVar out = kernel.pointer(Command.OUT);
        I32 count = kernel.rows().times(kernel.command.i32(Command.OUT_COLUMNS));
        I32Var[] range = kernel.range(count.plus(15).shrU(4));
        I32Var i = f.i32();
        f.count(i, range[0].shl(4), range[1].shl(4), 4, () -> {
            V128Var x = f.v128(in.plus(i, 4).v128(0));
            f.store(out.plus(i, 4), 0, operation.compute(f, x, other.plus(i, 4).v128(0), kernel.command));
        });
        return f;
    }

    Function lastRows() {
        Kernel kernel = new Kernel(module, "last_rows");
        Function f = kernel.f;
        I32Var bytes = f.i32(kernel.command.i32(Command.COLUMNS).times(4));
        I32Var rows = kernel.rows();
        I32 first = kernel.control().i32(Control.TOKENS).minus(rows);
        f.copy(kernel.command.ptr(Command.OUT), kernel.command.ptr(Command.IN).plus(first, bytes), bytes.times(rows));
        return f;
    }
}
