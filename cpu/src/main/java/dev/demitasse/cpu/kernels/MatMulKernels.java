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
import org.jspecify.annotations.Nullable;

/**
 * {@code out[rows, outColumns] = in[rows, columns] · matrixᵀ + bias + addend}: matrix–vector for a single row, matrix–matrix for tiles of
 * {@link ActivationBlock#TILE_ROWS} rows and for the remaining rows. A chunk is a range of panels. For each panel and tile, 8 sums per row
 * stay in registers while the columns pass. A row's sums don't depend on the other rows of its tile.
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

    /** Generates the multiplication of a tile by a panel. */
    private interface PanelProduct {
        /**
         * Adds the products of all columns, for one row per sum.
         *
         * @param panel start of the panel; left at its end
         * @param tile first activations of the tile
         * @param sums {@code [half][row]}
         */
        void add(Function f, PtrVar panel, PtrVar tile, I32Var columns, V128Var[][] sums);
    }

    /**
     * Builds the kernel for a packing.
     *
     * @param tileRows 1 for matrix–vector products, else {@link ActivationBlock#TILE_ROWS}
     */
    Function build(Packing packing, int tileRows) {
        Format format = Format.of(packing);
        PanelProduct product = format instanceof FloatFormat floats
                ? floatProduct(floats)
                : quantizedProduct((QuantizedFormat) format, tileRows);
        Kernel kernel = new Kernel(module, (tileRows == 1 ? "mat_vec_" : "mat_mul_") + packing);
        Function f = kernel.f;
        Operands operands = new Operands(kernel, packing, tileRows);
        I32Var[] range =
                kernel.range(operands.outColumns.plus(Packing.PANEL_ROWS - 1).dividedBy(Packing.PANEL_ROWS));
        I32Var panel = f.i32();
        I32Var row = f.i32();
        I32Var remaining = f.i32(operands.rows.and(tileRows - 1));
        f.count(panel, range[0], range[1], 1, () -> {
            I32Var column = f.i32(panel.times(Packing.PANEL_ROWS));
            f.count(
                    row,
                    I32.of(0),
                    operands.rows.minus(remaining),
                    tileRows,
                    () -> multiply(f, product, operands, panel, column, row, tileRows));
            List<Runnable> cases = new ArrayList<>();
            for (int r = 1; r < tileRows; r++) {
                int rows = r;
                cases.add(() -> multiply(f, product, operands, panel, column, row, rows));
            }
            f.dispatch(remaining.minus(1), cases);
        });
        return f;
    }

    /** A kernel's operands and their sizes. */
    private static final class Operands {
        final I32Var rows;
        final I32Var outColumns;
        final I32Var columns;
        final PtrVar in;
        final PtrVar out;
        final PtrVar bias;
        final PtrVar addend;
        final PtrVar weights;
        final PtrVar scratch;
        final I32Var panelBytes;
        final I32Var rowBytes;

        Operands(Kernel kernel, Packing packing, int tileRows) {
            Function f = kernel.f;
            rows = tileRows == 1 ? f.i32(I32.of(1)) : kernel.rows();
            columns = kernel.number(Command.COLUMNS);
            outColumns = kernel.number(Command.OUT_COLUMNS);
            in = kernel.pointer(Command.IN);
            out = kernel.pointer(Command.OUT);
            bias = kernel.pointer(Command.BIAS);
            addend = kernel.pointer(Command.ADDEND);
            weights = kernel.pointer(Command.WEIGHTS);
            scratch = kernel.scratch();
            panelBytes = f.i32(columns.dividedBy(packing.type().blockSize()).times(packing.superblockBytes()));
            rowBytes = f.i32(
                    packing.isFloat()
                            ? columns.times(4)
                            : columns.dividedBy(Packing.BLOCK_COLUMNS).times(ActivationBlock.BYTES));
        }
    }

    /** Computes the outputs of {@code rows} rows of a tile by one panel. */
    private static void multiply(
            Function f, PanelProduct product, Operands operands, I32Var panel, I32Var column, I32Var row, int rows) {
        PtrVar weights = f.ptr(operands.weights.plus(panel, operands.panelBytes));
        PtrVar tile = f.ptr(operands.in.plus(row, operands.rowBytes));
        V128Var[][] sums = new V128Var[HALVES][rows];
        for (V128Var[] half : sums) {
            for (int r = 0; r < rows; r++) {
                half[r] = f.v128(V128.zero());
            }
        }
        product.add(f, weights, tile, operands.columns, sums);
        f.ifTrue(operands.bias.isNull().isZero(), () -> {
            PtrVar at = f.ptr(operands.bias.plus(column, 4));
            for (int half = 0; half < HALVES; half++) {
                for (V128Var sum : sums[half]) {
                    sum.set(sum.f32x4Add(at.v128(VECTOR * half)));
                }
            }
        });
        for (int r = 0; r < rows; r++) {
            I32Var element = f.i32(row.plus(r).times(operands.outColumns).plus(column));
            finish(f, operands, List.of(sums[0][r], sums[1][r]), element, operands.outColumns.minus(column));
        }
    }

    /** Writes one row's sums of a panel, except those of rows past the end of the matrix. */
    private static void finish(Function f, Operands operands, List<V128Var> sums, I32Var element, I32 rowsLeft) {
        f.ifTrue(operands.addend.isNull().isZero(), () -> {
            PtrVar at = f.ptr(operands.addend.plus(element, 4));
            for (int half = 0; half < HALVES; half++) {
                sums.get(half).set(sums.get(half).f32x4Add(at.v128(VECTOR * half)));
            }
        });
        PtrVar target = f.ptr(operands.out.plus(element, 4));
        PtrVar scratch = operands.scratch;
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

    /** Multiplies {@link ActivationBlock}s by a quantized panel. */
    private PanelProduct quantizedProduct(QuantizedFormat format, int tileRows) {
        Packing packing = format.packing;
        return (f, panel, tile, columns, sums) -> {
            PtrVar end = f.ptr(panel.plus(columns.dividedBy(packing.type().blockSize()), packing.superblockBytes()));
            PtrVar activations = f.ptr(tile);
            f.doWhile(
                    () -> {
                        for (int half = 0; half < HALVES; half++) {
                            format.openSuperblock(f, panel, half);
                        }
                        Runnable block = () -> {
                            addBlock(f, format, panel, activations, sums);
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
        };
    }

    /** Adds the products of one block of columns: those of a sub-block as integers, then scaled. */
    private void addBlock(Function f, QuantizedFormat format, Ptr block, Ptr activations, V128Var[][] sums) {
        int tileRows = sums[0].length;
        int groups = Panel.GROUPS / format.subBlocks();
        for (int subBlock = 0; subBlock < format.subBlocks(); subBlock++) {
            @Nullable V128Var[][] products = new V128Var[HALVES][tileRows];
            for (int g = subBlock * groups; g < (subBlock + 1) * groups; g++) {
                addGroup(f, format.packing, block, activations, g, products);
            }
            V128Var[] scales = new V128Var[HALVES];
            V128Var[] offsets = new V128Var[HALVES];
            for (int half = 0; half < HALVES; half++) {
                scales[half] = f.v128(format.scale(f, block, half, subBlock));
                if (format.hasOffset()) {
                    offsets[half] = f.v128(format.offset(f, block, half, subBlock, scales[half]));
                }
            }
            int sumAt = format.subBlocks() == 1 ? ActivationBlock.SUM_OF_ALL : ActivationBlock.SUMS + 4 * subBlock;
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

    /** Adds the integer products of one group of columns; each lane sums one row of the panel. */
    private static void addGroup(
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

    /** Multiplies float32 activations by a panel of floats. */
    private PanelProduct floatProduct(FloatFormat format) {
        Packing packing = format.packing;
        return (f, panel, tile, columns, sums) -> {
            PtrVar end = f.ptr(panel.plus(columns, packing.superblockBytes()));
            PtrVar[] rows = new PtrVar[sums[0].length];
            for (int row = 0; row < rows.length; row++) {
                rows[row] = row == 0 ? f.ptr(tile) : f.ptr(rows[row - 1].plus(columns.times(4)));
            }
            f.doWhile(
                    () -> {
                        V128Var[] weights = {f.v128(format.load(f, panel, 0)), f.v128(format.load(f, panel, 1))};
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
        };
    }
}
