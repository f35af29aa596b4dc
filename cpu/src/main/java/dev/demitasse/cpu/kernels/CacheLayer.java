package dev.demitasse.cpu.kernels;

import dev.demitasse.cpu.layout.AddressField;
import dev.demitasse.cpu.layout.Command;
import dev.demitasse.cpu.layout.Control;
import dev.demitasse.cpu.layout.KvLayout;
import dev.demitasse.cpu.wasm.Function;
import dev.demitasse.cpu.wasm.I32;
import dev.demitasse.cpu.wasm.I32Var;
import dev.demitasse.cpu.wasm.Ptr;
import dev.demitasse.cpu.wasm.PtrVar;

/** The tiles of the KV cache's layer that a command names. */
final class CacheLayer {
    private final Function f;
    private final StructPtr command;
    private final PtrVar keys;
    private final PtrVar values;

    CacheLayer(Function f, StructPtr command) {
        this.f = f;
        this.command = command;
        keys = start(Command.KEYS);
        values = start(Command.VALUES);
    }

    private PtrVar start(AddressField field) {
        return f.ptr(Kernel.control(f).ptr(Control.KV).plus(command.ptr(field)));
    }

    /** Returns the index of the tile that holds a position. */
    I32Var slot(I32 position) {
        return f.i32(position.dividedBy(KvLayout.TILE).modulo(command.i32(Command.RING_TILES)));
    }

    /** Returns the start of a tile's keys. */
    Ptr keys(I32 slot) {
        return keys.plus(slot, command.i32(Command.TILE_STRIDE));
    }

    /** Returns the start of a tile's values. */
    Ptr values(I32 slot) {
        return values.plus(slot, command.i32(Command.TILE_STRIDE));
    }
}
