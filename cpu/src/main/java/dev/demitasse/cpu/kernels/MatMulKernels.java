package dev.demitasse.cpu.kernels;

import dev.demitasse.cpu.layout.ActivationBlock;
import dev.demitasse.cpu.layout.Command;
import dev.demitasse.cpu.layout.Packing;
import dev.demitasse.cpu.wasm.Function;
import dev.demitasse.cpu.wasm.I32;
import dev.demitasse.cpu.wasm.I32Var;
import dev.demitasse.cpu.wasm.Module;
import dev.demitasse.cpu.wasm.Ptr;
import dev.demitasse.cpu.wasm.PtrVar;
import dev.demitasse.cpu.wasm.V128;
import dev.demitasse.cpu.wasm.V128Var;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * {@code out[rows, outColumns] = in[rows, columns] · matrixᵀ + bias + addend}: matrix–vector for a single row, matrix–matrix for tiles of
 * {@link ActivationBlock#TILE_ROWS} rows, and for the fewer that may be left. A thread has its share of the panels. For each panel and
 * tile, 8 sums per row stay in registers while the columns pass. A row's sums don't depend on what rows are beside it.
 */
final class MatMulKernels {
    private static final int HALVES = 2;
    private static final int VECTOR = 16;

    private final Module module;
    private final Simd simd;

    MatMulKernels(Module module, Simd simd) {
        this.module = module;
        this.simd = simd;
    }

    /** Products by quantized matrices; {@code in} is quantized, too. */
    Function quantized(Format format, int tileRows) {
        return build(format.packing, tileRows, (f, panel, tile, columns, sums) -> {
            Packing packing = format.packing;
            PtrVar end = f.ptr(panel.plus(columns.dividedBy(packing.type().blockSize()), packing.superblockBytes()));
            PtrVar activations = f.ptr(tile);
            f.doWhile(
                    () -> {
                        for (int half = 0; half < HALVES; half++) {
                            format.openSuperblock(f, panel, half);
                        }
                        Runnable block = () -> {
                            block(f, format, panel, activations, sums);
                            panel.advance(packing.blockBytes());
                            activations.advance(tileRows * ActivationBlock.BYTES);
                        };
                        if (packing.blocks() == 1) {
                            block.run();
                        } else {
                            panel.advance(packing.headerBytes());
                            I32Var b = f.i32();
                            f.count(b, I32.of(0), I32.of(packing.blocks()), 1, block);
                        }
                    },
                    () -> panel.lt(end));
        });
    }

    /** Adds the products of one block of columns: those of a part in whole numbers, then scaled. */
    private void block(Function f, Format format, Ptr block, Ptr activations, V128Var[][] sums) {
        int tileRows = sums[0].length;
        int groups = Panel.GROUPS / format.parts();
        for (int part = 0; part < format.parts(); part++) {
            @Nullable V128Var[][] products = new V128Var[HALVES][tileRows];
            for (int g = part * groups; g < (part + 1) * groups; g++) {
                multiply(f, format.packing, block, activations, g, products);
            }
            V128Var[] scales = new V128Var[HALVES];
            V128Var[] offsets = new V128Var[HALVES];
            for (int half = 0; half < HALVES; half++) {
                scales[half] = f.v128(format.scale(f, block, half, part));
                if (format.hasOffset()) {
                    offsets[half] = f.v128(format.offset(f, block, half, part, scales[half]));
                }
            }
            int sumAt = format.parts() == 1 ? ActivationBlock.SUM_OF_ALL : ActivationBlock.SUMS + 4 * part;
            for (int row = 0; row < tileRows; row++) {
                V128Var scale = f.v128(activations.splat32(row * ActivationBlock.BYTES + ActivationBlock.SCALE));
                V128Var sum =
                        format.hasOffset() ? f.v128(activations.splat32(row * ActivationBlock.BYTES + sumAt)) : null;
                for (int half = 0; half < HALVES; half++) {
                    V128Var total = sums[half][row];
                    V128 product = Objects.requireNonNull(products[half][row]).f32x4ConvertI32x4S();
                    total.set(simd.multiplyAdd(scales[half].f32x4Mul(scale), product, total));
                    if (sum != null) {
                        total.set(simd.multiplyAdd(offsets[half], sum, total));
                    }
                }
            }
        }
    }

    /** Adds the products of one group of columns; a lane is the sum of one row of the panel. */
    private static void multiply(
            Function f, Packing packing, Ptr block, Ptr activations, int g, @Nullable V128Var[][] products) {
        V128Var[][] pairs = new V128Var[HALVES][];
        for (int half = 0; half < HALVES; half++) {
            pairs[half] = Panel.pairs(f, packing, block, half, g);
        }
        for (int row = 0; row < products[0].length; row++) {
            int at = row * ActivationBlock.BYTES + ActivationBlock.HEADER_BYTES + 8 * g;
            V128Var[] two = {f.v128(activations.splat32(at)), f.v128(activations.splat32(at + 4))};
            for (int half = 0; half < HALVES; half++) {
                for (int pair = 0; pair < 2; pair++) {
                    V128 product = pairs[half][pair].i32x4DotI16x8S(two[pair]);
                    V128Var sum = products[half][row];
                    if (sum == null) {
                        products[half][row] = f.v128(product);
                    } else {
                        sum.set(sum.i32x4Add(product));
                    }
                }
            }
        }
    }

    /** Products by matrices of floats; {@code in} is float32. */
    Function floats(Packing packing, int tileRows) {
        return build(packing, tileRows, (f, panel, tile, columns, sums) -> {
            PtrVar end = f.ptr(panel.plus(columns, packing.superblockBytes()));
            PtrVar[] rows = new PtrVar[sums[0].length];
            for (int row = 0; row < rows.length; row++) {
                rows[row] = row == 0 ? f.ptr(tile) : f.ptr(rows[row - 1].plus(columns.times(4)));
            }
            f.doWhile(
                    () -> {
                        V128Var[] weights = {
                            f.v128(weights(f, packing, panel, 0)), f.v128(weights(f, packing, panel, 1))
                        };
                        panel.advance(packing.superblockBytes());
                        for (int row = 0; row < rows.length; row++) {
                            V128Var x = f.v128(rows[row].splat32(0));
                            rows[row].advance(4);
                            for (int half = 0; half < HALVES; half++) {
                                V128Var sum = sums[half][row];
                                sum.set(simd.multiplyAdd(weights[half], x, sum));
                            }
                        }
                    },
                    () -> panel.lt(end));
        });
    }

    static V128 weights(Function f, Packing packing, Ptr panel, int half) {
        return switch (packing) {
            case F16 -> Format.float16(f, panel.load16x4S(8 * half));
            case BF16 -> panel.load16x4U(8 * half).i32x4Shl(16);
            default -> panel.v128(VECTOR * half);
        };
    }

    private interface Columns {
        /**
         * Adds the products of all columns, for as many rows as there are sums.
         *
         * @param panel moved on to the end
         * @param tile first activations of the tile
         */
        void multiply(Function f, PtrVar panel, PtrVar tile, I32Var columns, V128Var[][] sums);
    }

    private Function build(Packing packing, int tileRows, Columns code) {
        Kernel kernel = new Kernel(module, (tileRows == 1 ? "mat_vec_" : "mat_mul_") + packing);
        Function f = kernel.f;
        I32Var rows = tileRows == 1 ? f.i32(I32.of(1)) : kernel.rows();
        I32Var columns = kernel.number(Command.COLUMNS);
        I32Var outColumns = kernel.number(Command.OUT_COLUMNS);
        PtrVar in = kernel.pointer(Command.IN);
        PtrVar out = kernel.pointer(Command.OUT);
        PtrVar bias = kernel.pointer(Command.BIAS);
        PtrVar addend = kernel.pointer(Command.ADDEND);
        PtrVar weights = kernel.pointer(Command.WEIGHTS);
        PtrVar scratch = kernel.scratch();
        int superblockColumns = packing.type().blockSize();
        I32Var panelBytes = f.i32(columns.dividedBy(superblockColumns).times(packing.superblockBytes()));
        I32Var rowBytes = f.i32(
                packing.isFloat()
                        ? columns.times(4)
                        : columns.dividedBy(Packing.BLOCK_COLUMNS).times(ActivationBlock.BYTES));
        I32Var[] share = kernel.share(outColumns.plus(Packing.PANEL_ROWS - 1).dividedBy(Packing.PANEL_ROWS));
        I32Var p = f.i32();
        I32Var row = f.i32();
        I32Var left = f.i32(rows.and(tileRows - 1)); // which don't fill a tile
        f.count(p, share[0], share[1], 1, () -> {
            I32Var column = f.i32(p.times(Packing.PANEL_ROWS));
            IntConsumer multiply = count -> {
                PtrVar panel = f.ptr(weights.plus(p, panelBytes));
                PtrVar tile = f.ptr(in.plus(row, rowBytes));
                V128Var[][] sums = new V128Var[HALVES][count];
                for (V128Var[] half : sums) {
                    for (int r = 0; r < count; r++) {
                        half[r] = f.v128(V128.zero());
                    }
                }
                code.multiply(f, panel, tile, columns, sums);
                f.ifTrue(bias.isNull().isZero(), () -> {
                    PtrVar at = f.ptr(bias.plus(column, 4));
                    for (int half = 0; half < HALVES; half++) {
                        for (V128Var sum : sums[half]) {
                            sum.set(sum.f32x4Add(at.v128(VECTOR * half)));
                        }
                    }
                });
                for (int r = 0; r < count; r++) {
                    I32Var element = f.i32(row.plus(r).times(outColumns).plus(column));
                    List<V128Var> pair = List.of(sums[0][r], sums[1][r]);
                    finish(f, pair, element, outColumns.minus(column), out, addend, scratch);
                }
            };
            f.count(row, I32.of(0), rows.minus(left), tileRows, () -> multiply.accept(tileRows));
            List<Runnable> cases = new ArrayList<>();
            for (int r = 1; r < tileRows; r++) {
                int count = r;
                cases.add(() -> multiply.accept(count));
            }
            f.dispatch(left.minus(1), cases);
        });
        return f;
    }

    /** Writes one row's sums of a panel, less those of rows that the matrix doesn't have. */
    private static void finish(
            Function f, List<V128Var> sums, I32Var element, I32 rowsLeft, Ptr out, Ptr addend, Ptr scratch) {
        f.ifTrue(addend.isNull().isZero(), () -> {
            PtrVar at = f.ptr(addend.plus(element, 4));
            for (int half = 0; half < HALVES; half++) {
                sums.get(half).set(sums.get(half).f32x4Add(at.v128(VECTOR * half)));
            }
        });
        PtrVar target = f.ptr(out.plus(element, 4));
        f.ifElse(
                rowsLeft.ge(I32.of(Packing.PANEL_ROWS)),
                () -> {
                    f.store(target, 0, sums.get(0));
                    f.store(target, VECTOR, sums.get(1));
                },
                () -> {
                    f.store(scratch, 0, sums.get(0));
                    f.store(scratch, VECTOR, sums.get(1));
                    f.copy(target, scratch, rowsLeft.times(4));
                });
    }
}
