package dev.demitasse.cpu.kernels;

import dev.demitasse.cpu.layout.Command;
import dev.demitasse.cpu.layout.Control;
import dev.demitasse.cpu.wasm.Function;
import dev.demitasse.cpu.wasm.I32;
import dev.demitasse.cpu.wasm.I32Var;
import dev.demitasse.cpu.wasm.Module;
import dev.demitasse.cpu.wasm.Ptr;
import dev.demitasse.cpu.wasm.PtrVar;

/** A function that executes one chunk of a command. Its parameters are the command's address, the calling thread, and the chunk. */
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

    /** Returns the number of rows that the command works on. */
    I32Var rows() {
        I32Var own = number(Command.ROWS);
        I32 batch = I32.select(
                own.eq(I32.of(Command.AS_TOKENS)),
                control().i32(Control.TOKENS),
                control().i32(Control.LOGITS));
        return f.i32(I32.select(own.eq(I32.of(1)), own, batch));
    }

    /** Returns the start of the calling thread's scratch memory. */
    PtrVar scratch() {
        return f.ptr(control().ptr(Control.SCRATCH).plus(thread, control().i32(Control.SCRATCH_BYTES)));
    }

    /** Returns this chunk's range of {@code count} items: its start and its end (exclusive). */
    I32Var[] range(I32 count) {
        return range(f, f.i32(count), chunk, chunks());
    }

    /** Divides {@code count} items into {@code parts} ranges, and returns start and end (exclusive) of one of them. */
    static I32Var[] range(Function f, I32Var count, I32 index, I32 parts) {
        return new I32Var[] {
            f.i32(count.times(index).dividedBy(parts)),
            f.i32(count.times(index.plus(1)).dividedBy(parts))
        };
    }
}
