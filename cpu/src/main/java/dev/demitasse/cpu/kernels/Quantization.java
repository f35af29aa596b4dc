package dev.demitasse.cpu.kernels;

import dev.demitasse.cpu.layout.ActivationBlock;
import dev.demitasse.cpu.layout.Command;
import dev.demitasse.cpu.layout.Packing;
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
 * Quantizes activations to 16 bits with one scale for each 32 elements, rounding to nearest. The error is close to that of float32 sums. A
 * block that contains a NaN or an infinity gets a scale that makes every product NaN.
 */
final class Quantization {
    private static final int VECTORS = Packing.BLOCK_COLUMNS / 4;
    /** The largest integer: sums of products by 32 quants of 8 bits stay below 2³¹. */
    private static final float MAX_QUANT = 32767;

    private Quantization() {}

    static Function build(Module module) {
        Kernel kernel = new Kernel(module, "quantize");
        Function f = kernel.f;
        I32Var rows = kernel.rows();
        I32Var columns = kernel.number(Command.COLUMNS);
        PtrVar in = kernel.pointer(Command.IN);
        PtrVar out = kernel.pointer(Command.OUT);
        I32Var blocks = f.i32(columns.dividedBy(Packing.BLOCK_COLUMNS));
        I32Var tileRows = f.i32(I32.select(
                kernel.command.i32(Command.ROWS).eq(I32.of(1)), I32.of(1), I32.of(ActivationBlock.TILE_ROWS)));
        I32Var[] range = kernel.range(rows.times(blocks));
        I32Var i = f.i32();
        f.count(i, range[0], range[1], 1, () -> {
            I32Var row = f.i32(i.dividedBy(blocks));
            I32Var block = f.i32(i.modulo(blocks));
            PtrVar source = f.ptr(in.plus(i, 4 * Packing.BLOCK_COLUMNS));
            I32Var rowOfTile = f.i32(row.modulo(tileRows));
            PtrVar target = f.ptr(out.plus(
                    row.minus(rowOfTile)
                            .times(blocks)
                            .plus(block.times(tileRows))
                            .plus(rowOfTile),
                    ActivationBlock.BYTES));
            block(f, source, target);
        });
        return f;
    }

    private static void block(Function f, PtrVar source, PtrVar target) {
        V128Var max = f.v128(source.v128(0).f32x4Abs());
        for (int v = 1; v < VECTORS; v++) {
            max.set(max.f32x4Max(source.v128(16 * v).f32x4Abs()));
        }
        max.set(max.f32x4Max(Simd.unpackHigh64(max, max)));
        F32Var amax = f.f32(max.f32x4ExtractLane(0).max(max.f32x4ExtractLane(1)));
        F32Var scale = f.f32(amax.times(F32.of(1 / MAX_QUANT)));
        // MAX_QUANT / amax overflows if amax is subnormal; such a block becomes zeros
        V128Var inverse = f.v128(V128.f32x4(0));
        f.ifTrue(
                amax.gt(F32.of(0x1p-110f)),
                () -> inverse.set(V128.f32x4Splat(F32.of(MAX_QUANT).dividedBy(amax))));
        V128Var[] integers = new V128Var[VECTORS];
        for (int v = 0; v < VECTORS; v++) {
            integers[v] =
                    f.v128(source.v128(16 * v).f32x4Mul(inverse).f32x4Nearest().i32x4TruncSatF32x4S());
        }
        f.store(target, ActivationBlock.SCALE, scale);
        I32Var[] sums = new I32Var[2];
        for (int half = 0; half < 2; half++) {
            V128 four = integers[4 * half];
            for (int v = 1; v < 4; v++) {
                four = four.i32x4Add(integers[4 * half + v]);
            }
            V128Var sum = f.v128(four);
            sum.set(sum.i32x4Add(Simd.unpackHigh64(sum, sum)));
            sums[half] = f.i32(sum.i32x4ExtractLane(0).plus(sum.i32x4ExtractLane(1)));
            f.store(target, ActivationBlock.SUMS + 4 * half, sums[half].toF32().times(scale));
        }
        f.store(
                target,
                ActivationBlock.SUM_OF_ALL,
                sums[0].plus(sums[1]).toF32().times(scale));
        for (int v = 0; v < VECTORS; v += 2) {
            V128 words = integers[v].i16x8NarrowI32x4S(integers[v + 1]);
            f.store(target, ActivationBlock.HEADER_BYTES + 8 * v, words);
        }
    }
}
