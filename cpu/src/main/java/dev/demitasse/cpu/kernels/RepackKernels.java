package dev.demitasse.cpu.kernels;

import dev.demitasse.cpu.layout.Packing;
import dev.demitasse.cpu.wasm.Function;
import dev.demitasse.cpu.wasm.I32;
import dev.demitasse.cpu.wasm.I32Var;
import dev.demitasse.cpu.wasm.Module;
import dev.demitasse.cpu.wasm.PtrVar;
import dev.demitasse.cpu.wasm.V128;
import dev.demitasse.cpu.wasm.V128Var;

/**
 * Exports {@code repack_<packing>(source, target, columns, panels)}, which copies a file's rows into panels. It returns 1 if a scale (of a
 * float16 matrix: an element) is not finite, else 0.
 */
final class RepackKernels {
    private RepackKernels() {}

    static void build(Module module, Packing packing) {
        Format format = Format.of(packing);
        if (format instanceof FloatFormat floats) {
            floats(module, floats);
        } else {
            quantized(module, (QuantizedFormat) format);
        }
    }

    private static void quantized(Module module, QuantizedFormat format) {
        Packing packing = format.packing;
        Function f = module.exported("repack_" + packing);
        PtrVar source = f.ptrParameter();
        PtrVar panel = f.ptrParameter();
        I32Var columns = f.i32Parameter();
        I32Var panels = f.i32Parameter();
        I32Var notFinite = f.i32(I32.of(0));
        int blockBytes = packing.type().blockBytes();
        I32Var superblocks = f.i32(columns.dividedBy(packing.type().blockSize()));
        I32Var p = f.i32();
        I32Var s = f.i32();
        f.count(p, I32.of(0), panels, 1, () -> {
            PtrVar[] rows = new PtrVar[Packing.PANEL_ROWS];
            for (int r = 0; r < rows.length; r++) {
                rows[r] = f.ptr(r == 0 ? source : rows[r - 1].plus(superblocks, blockBytes));
            }
            f.count(s, I32.of(0), superblocks, 1, () -> {
                for (int r = 0; r < rows.length; r++) {
                    format.packHeader(f, rows[r], panel, r, notFinite);
                }
                panel.advance(packing.headerBytes());
                for (int b = 0; b < packing.blocks(); b++) {
                    for (int r = 0; r < rows.length; r++) {
                        format.packBlockHeader(f, rows[r], b, panel, r, notFinite);
                    }
                    for (int half = 0; half < 2; half++) {
                        V128Var[] first = new V128Var[Packing.HALF_ROWS];
                        V128Var[] last = new V128Var[Packing.HALF_ROWS];
                        for (int r = 0; r < Packing.HALF_ROWS; r++) {
                            V128[] quants = format.quants(f, rows[Packing.HALF_ROWS * half + r], b);
                            first[r] = f.v128(quants[0]);
                            last[r] = f.v128(quants[1]);
                        }
                        Panel.pack(f, packing, first, last, panel, half);
                    }
                    panel.advance(packing.blockBytes());
                }
                for (PtrVar row : rows) {
                    row.advance(blockBytes);
                }
            });
            source.set(rows[Packing.PANEL_ROWS - 1]);
        });
        f.returnI32(notFinite);
    }

    private static void floats(Module module, FloatFormat format) {
        Packing packing = format.packing;
        Function f = module.exported("repack_" + packing);
        PtrVar source = f.ptrParameter();
        PtrVar panel = f.ptrParameter();
        I32Var columns = f.i32Parameter();
        I32Var panels = f.i32Parameter();
        I32Var notFinite = f.i32(I32.of(0));
        int elementBytes = format.elementBytes();
        I32Var p = f.i32();
        I32Var c = f.i32();
        f.count(p, I32.of(0), panels, 1, () -> {
            PtrVar[] rows = new PtrVar[Packing.PANEL_ROWS];
            for (int r = 0; r < rows.length; r++) {
                rows[r] = f.ptr(r == 0 ? source : rows[r - 1].plus(columns, elementBytes));
            }
            f.count(c, I32.of(0), columns, 1, () -> {
                for (int r = 0; r < rows.length; r++) {
                    format.pack(f, rows[r], panel, r * elementBytes, notFinite);
                    rows[r].advance(elementBytes);
                }
                panel.advance(packing.superblockBytes());
            });
            source.set(rows[Packing.PANEL_ROWS - 1]);
        });
        f.returnI32(notFinite);
    }
}
