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
 * {@code repack_<type>(source, target, columns, panels)}: from a file's rows to panels. Returns 1 if a scale (of a float16 matrix, an
 * element) is not finite, else 0.
 */
final class RepackKernels {
    private RepackKernels() {}

    static void quantized(Module module, Format format) {
        Packing packing = format.packing;
        Function f = module.exported("repack_" + packing);
        PtrVar source = f.ptrParameter();
        PtrVar panel = f.ptrParameter();
        I32Var columns = f.i32Parameter();
        I32Var panels = f.i32Parameter();
        I32Var bad = f.i32(I32.of(0));
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
                    format.packHeader(f, rows[r], panel, r, bad);
                }
                panel.advance(packing.headerBytes());
                for (int b = 0; b < packing.blocks(); b++) {
                    for (int r = 0; r < rows.length; r++) {
                        format.packBlockHeader(f, rows[r], b, panel, r, bad);
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
        f.returnI32(bad);
    }

    static void floats(Module module, Packing packing) {
        Function f = module.exported("repack_" + packing);
        PtrVar source = f.ptrParameter();
        PtrVar panel = f.ptrParameter();
        I32Var columns = f.i32Parameter();
        I32Var panels = f.i32Parameter();
        I32Var bad = f.i32(I32.of(0));
        int elementBytes = packing.bits() / 8;
        I32Var p = f.i32();
        I32Var c = f.i32();
        f.count(p, I32.of(0), panels, 1, () -> {
            PtrVar[] rows = new PtrVar[Packing.PANEL_ROWS];
            for (int r = 0; r < rows.length; r++) {
                rows[r] = f.ptr(r == 0 ? source : rows[r - 1].plus(columns, elementBytes));
            }
            f.count(c, I32.of(0), columns, 1, () -> {
                for (int r = 0; r < rows.length; r++) {
                    if (packing == Packing.F16) {
                        Format.copyFloat16(f, rows[r], 0, panel, r * elementBytes, bad);
                    } else if (packing == Packing.BF16) {
                        f.store16(panel, r * elementBytes, rows[r].u16(0));
                    } else {
                        f.store(panel, r * elementBytes, rows[r].i32(0));
                    }
                    rows[r].advance(elementBytes);
                }
                panel.advance(packing.superblockBytes());
            });
            source.set(rows[Packing.PANEL_ROWS - 1]);
        });
        f.returnI32(bad);
    }
}
