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
 * Quantizes activations to {@code -127…127} with one scale for each 32, rounding to nearest. A block that holds a NaN or an infinity
 * gets a scale that makes every product NaN.
 */
final class Quantization {
    private static final int VECTORS = Packing.BLOCK_COLUMNS / 4;

    private Quantization() {}

    /** Bytes of an {@link ActivationBlock}. */
    static int blockBytes(boolean signed, Simd simd) {
        int elementBytes = !signed && simd.isRelaxed() ? 1 : 2;
        return ActivationBlock.HEADER_BYTES + elementBytes * Packing.BLOCK_COLUMNS;
    }

    /** @param signed whether the matrix's quants are signed, so that groups are of two columns */
    static Function build(Module module, Simd simd, boolean signed) {
        Kernel kernel = new Kernel(module, signed ? "quantize_for_signed" : "quantize_for_unsigned");
        Function f = kernel.f;
        I32Var rows = kernel.rows();
        I32Var columns = kernel.number(Command.COLUMNS);
        PtrVar in = kernel.pointer(Command.IN);
        PtrVar out = kernel.pointer(Command.OUT);
        I32Var blocks = f.i32(columns.dividedBy(Packing.BLOCK_COLUMNS));
        I32Var tileRows =
                f.i32(I32.select(kernel.command.i32(Command.ROWS), I32.of(1), I32.of(ActivationBlock.TILE_ROWS)));
        int bytes = blockBytes(signed, simd);
        I32Var[] share = kernel.share(rows.times(blocks));
        I32Var i = f.i32();
        f.count(i, share[0], share[1], 1, () -> {
            I32Var row = f.i32(i.dividedBy(blocks));
            I32Var block = f.i32(i.modulo(blocks));
            PtrVar source = f.ptr(in.plus(i, 4 * Packing.BLOCK_COLUMNS));
            I32Var rowOfTile = f.i32(row.modulo(tileRows));
            PtrVar target = f.ptr(out.plus(
                    row.minus(rowOfTile)
                            .times(blocks)
                            .plus(block.times(tileRows))
                            .plus(rowOfTile),
                    bytes));
            block(f, simd, signed, source, target);
        });
        return f;
    }

    private static void block(Function f, Simd simd, boolean signed, PtrVar source, PtrVar target) {
        V128Var greatest = f.v128(source.v128(0).f32x4Abs());
        for (int v = 1; v < VECTORS; v++) {
            greatest.set(greatest.f32x4Max(source.v128(16 * v).f32x4Abs()));
        }
        greatest.set(greatest.f32x4Max(Simd.unpackHigh64(greatest, greatest)));
        F32Var amax = f.f32(greatest.f32x4ExtractLane(0).max(greatest.f32x4ExtractLane(1)));
        F32Var scale = f.f32(amax.times(F32.of(1 / 127f)));
        // 127 / amax overflows where amax is subnormal; such a block counts as zeros
        V128Var inverse = f.v128(V128.f32x4(0));
        f.ifTrue(
                amax.gt(F32.of(0x1p-120f)),
                () -> inverse.set(V128.f32x4Splat(F32.of(127).dividedBy(amax))));
        V128Var[] integers = new V128Var[VECTORS];
        for (int v = 0; v < VECTORS; v++) {
            integers[v] =
                    f.v128(source.v128(16 * v).f32x4Mul(inverse).f32x4Nearest().i32x4TruncSatF32x4S());
        }
        f.store(target, ActivationBlock.SCALE, scale);
        I32Var[] sums = new I32Var[2];
        for (int part = 0; part < 2; part++) {
            V128 four = integers[4 * part];
            for (int v = 1; v < 4; v++) {
                four = four.i32x4Add(integers[4 * part + v]);
            }
            V128Var sum = f.v128(four);
            sum.set(sum.i32x4Add(Simd.unpackHigh64(sum, sum)));
            sums[part] = f.i32(sum.i32x4ExtractLane(0).plus(sum.i32x4ExtractLane(1)));
            f.store(target, ActivationBlock.SUMS + 4 * part, sums[part].toF32().times(scale));
        }
        f.store(
                target,
                ActivationBlock.SUM_OF_ALL,
                sums[0].plus(sums[1]).toF32().times(scale));
        V128Var[] words = new V128Var[VECTORS / 2];
        for (int v = 0; v < words.length; v++) {
            words[v] = f.v128(integers[2 * v].i16x8NarrowI32x4S(integers[2 * v + 1]));
        }
        int at = ActivationBlock.HEADER_BYTES;
        if (signed) {
            for (int v = 0; v < words.length; v++) {
                f.store(target, at + 16 * v, words[v]);
            }
        } else if (simd.isRelaxed()) {
            for (int v = 0; v < words.length; v += 2) {
                f.store(target, at + 8 * v, words[v].i8x16NarrowI16x8S(words[v + 1]));
            }
        } else {
            for (int v = 0; v < words.length; v++) { // of each four columns first the even, then the odd
                V128 ordered = words[v].shuffle(words[v], 0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15);
                f.store(target, at + 16 * v, ordered);
            }
        }
    }
}
