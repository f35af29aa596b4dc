package dev.demitasse.cpu.kernels;

import dev.demitasse.cpu.layout.Command;
import dev.demitasse.cpu.layout.Packing;
import dev.demitasse.cpu.wasm.F32Var;
import dev.demitasse.cpu.wasm.Function;
import dev.demitasse.cpu.wasm.I32;
import dev.demitasse.cpu.wasm.I32Var;
import dev.demitasse.cpu.wasm.Module;
import dev.demitasse.cpu.wasm.Ptr;
import dev.demitasse.cpu.wasm.PtrVar;
import dev.demitasse.cpu.wasm.V128;
import dev.demitasse.cpu.wasm.V128Var;

/**
 * {@code out[r] = scale · table[token r]}. A row of the table is one lane of its panel: vectors are unpacked as for a product and stored in
 * scratch memory, and the row's lane is read from there.
 */
final class EmbedKernels {
    /** Offset of the scales in scratch memory, after the quants. */
    private static final int SCALES = 256;

    private static final int OFFSETS = SCALES + 32;

    private EmbedKernels() {}

    /** Generates the unpacking of one row. */
    private interface RowReader {
        /**
         * Writes the scaled elements of a row.
         *
         * @param panel start of the row's panel; moved on
         * @param row row within the panel
         * @param out start of the row's elements; moved on
         */
        void unpack(Function f, PtrVar panel, I32Var row, I32Var columns, F32Var scale, PtrVar scratch, PtrVar out);
    }

    /** Builds the kernel for a packing. */
    static Function build(Module module, Packing packing) {
        Format format = Format.of(packing);
        RowReader reader =
                format instanceof FloatFormat floats ? floatRow(floats) : quantizedRow((QuantizedFormat) format);
        Kernel kernel = new Kernel(module, "embed_" + packing);
        Function f = kernel.f;
        PtrVar tokens = kernel.pointer(Command.IN);
        PtrVar table = kernel.pointer(Command.WEIGHTS);
        PtrVar out = kernel.pointer(Command.OUT);
        I32Var columns = kernel.number(Command.COLUMNS);
        F32Var scale = kernel.number(Command.SCALE);
        PtrVar scratch = kernel.scratch();
        I32Var panelBytes = f.i32(columns.dividedBy(packing.type().blockSize()).times(packing.superblockBytes()));
        I32Var[] range = kernel.range(kernel.rows());
        I32Var r = f.i32();
        f.count(r, range[0], range[1], 1, () -> {
            I32Var token = f.i32(tokens.plus(r, 4).i32(0));
            PtrVar panel = f.ptr(table.plus(token.dividedBy(Packing.PANEL_ROWS), panelBytes));
            PtrVar target = f.ptr(out.plus(r, columns.times(4)));
            I32Var row = f.i32(token.and(Packing.PANEL_ROWS - 1));
            reader.unpack(f, panel, row, columns, scale, scratch, target);
        });
        return f;
    }

    private static RowReader quantizedRow(QuantizedFormat format) {
        return (f, panel, row, columns, scale, scratch, out) -> {
            I32Var rowOfHalf = f.i32(row.and(Packing.HALF_ROWS - 1));
            f.ifElse(
                    row.lt(I32.of(Packing.HALF_ROWS)),
                    () -> superblocks(f, format, panel, 0, rowOfHalf, columns, scale, scratch, out),
                    () -> superblocks(f, format, panel, 1, rowOfHalf, columns, scale, scratch, out));
        };
    }

    private static void superblocks(
            Function f,
            QuantizedFormat format,
            PtrVar panel,
            int half,
            I32Var row,
            I32Var columns,
            F32Var scale,
            PtrVar scratch,
            PtrVar out) {
        Packing packing = format.packing;
        I32Var c = f.i32();
        I32Var b = f.i32();
        f.count(c, I32.of(0), columns, packing.type().blockSize(), () -> {
            format.openSuperblock(f, panel, half);
            panel.advance(packing.headerBytes());
            f.count(b, I32.of(0), I32.of(packing.blocks()), 1, () -> {
                block(f, format, panel, half, row, scale, scratch, out);
                panel.advance(packing.blockBytes());
                out.advance(4 * Packing.BLOCK_COLUMNS);
            });
        });
    }

    private static void block(
            Function f,
            QuantizedFormat format,
            Ptr block,
            int half,
            I32Var row,
            F32Var factor,
            PtrVar scratch,
            Ptr out) {
        for (int subBlock = 0; subBlock < format.subBlocks(); subBlock++) {
            V128Var scale = f.v128(format.scale(f, block, half, subBlock));
            f.store(scratch, SCALES + 16 * subBlock, scale);
            V128 offset = format.hasOffset() ? format.offset(f, block, half, subBlock, scale) : V128.zero();
            f.store(scratch, OFFSETS + 16 * subBlock, offset);
        }
        for (int g = 0; g < Panel.GROUPS; g++) {
            V128Var[] pairs = Panel.pairs(f, format.packing, block, half, g);
            f.store(scratch, 32 * g, pairs[0]);
            f.store(scratch, 32 * g + 16, pairs[1]);
        }
        int subBlockColumns = Packing.BLOCK_COLUMNS / format.subBlocks();
        for (int c = 0; c < Packing.BLOCK_COLUMNS; c++) {
            I32 quant = scratch.plus(row.times(4)).s16(16 * (c / 2) + 2 * (c % 2));
            Ptr lane = scratch.plus(row.times(4));
            int subBlock = c / subBlockColumns;
            f.store(
                    out,
                    4 * c,
                    quant.toF32()
                            .times(lane.f32(SCALES + 16 * subBlock))
                            .plus(lane.f32(OFFSETS + 16 * subBlock))
                            .times(factor));
        }
    }

    private static RowReader floatRow(FloatFormat format) {
        return (f, panel, row, columns, scale, scratch, out) -> {
            I32Var c = f.i32();
            f.count(c, I32.of(0), columns, 1, () -> {
                for (int half = 0; half < 2; half++) {
                    f.store(scratch, 16 * half, format.load(f, panel, half));
                }
                f.store(out, 0, scratch.plus(row.times(4)).f32(0).times(scale));
                panel.advance(format.packing.superblockBytes());
                out.advance(4);
            });
        };
    }
}
