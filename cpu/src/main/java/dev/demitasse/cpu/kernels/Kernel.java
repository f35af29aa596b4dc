package dev.demitasse.cpu.kernels;

import dev.demitasse.cpu.layout.Command;
import dev.demitasse.cpu.layout.Control;
import dev.demitasse.cpu.wasm.Function;
import dev.demitasse.cpu.wasm.I32;
import dev.demitasse.cpu.wasm.I32Var;
import dev.demitasse.cpu.wasm.Module;
import dev.demitasse.cpu.wasm.Ptr;
import dev.demitasse.cpu.wasm.PtrVar;

/**
 * A function that carries out one chunk of a command: its parameters are the command's address, the number of the calling thread, and that
 * of the chunk.
 */
final class Kernel {
    final Function f;
    final PtrVar command;
    final I32Var thread;
    final I32Var chunk;

    Kernel(Module module, String name) {
        f = module.function(name);
        command = f.ptrParameter();
        thread = f.i32Parameter();
        chunk = f.i32Parameter();
    }

    Ptr control() {
        return f.address(0);
    }

    I32 chunks() {
        return command.i32(Command.CHUNKS);
    }

    PtrVar pointer(int field) {
        return f.ptr(command.ptr(field));
    }

    I32Var number(int field) {
        return f.i32(command.i32(field));
    }

    /** Rows that the command works on. */
    I32Var rows() {
        I32Var own = number(Command.ROWS);
        I32 batch = I32.select(
                own.eq(I32.of(Command.AS_TOKENS)),
                control().i32(Control.TOKENS),
                control().i32(Control.LOGITS));
        return f.i32(I32.select(own.eq(I32.of(1)), own, batch));
    }

    /** Start of this thread's scratch memory. */
    PtrVar scratch() {
        return f.ptr(control().ptr(Control.SCRATCH).plus(thread, control().i32(Control.SCRATCH_BYTES)));
    }

    /** First and last (exclusive) of this chunk's share of {@code count}. */
    I32Var[] share(I32 count) {
        return share(f, f.i32(count), chunk, chunks());
    }

    /** First and last (exclusive) of the share that the {@code index}th of {@code parts} has. */
    static I32Var[] share(Function f, I32Var count, I32 index, I32 parts) {
        return new I32Var[] {
            f.i32(count.times(index).dividedBy(parts)),
            f.i32(count.times(index.plus(1)).dividedBy(parts))
        };
    }
}
