package dev.demitasse.cpu.kernels;

import dev.demitasse.cpu.layout.AddressField;
import dev.demitasse.cpu.layout.Command;
import dev.demitasse.cpu.layout.Control;
import dev.demitasse.cpu.layout.FloatField;
import dev.demitasse.cpu.layout.IntField;
import dev.demitasse.cpu.wasm.F32Var;
import dev.demitasse.cpu.wasm.Function;
import dev.demitasse.cpu.wasm.I32;
import dev.demitasse.cpu.wasm.I32Var;
import dev.demitasse.cpu.wasm.Module;
import dev.demitasse.cpu.wasm.PtrVar;

/** A function that executes one chunk of a command. Its parameters are the command's address, the calling thread, and the chunk. */
final class Kernel {
    final Function f;
    final StructPtr command;
    final I32Var thread;
    final I32Var chunk;

    Kernel(Module module, String name) {
        f = module.function(name);
        command = new StructPtr(f.ptrParameter());
        thread = f.i32Parameter();
        chunk = f.i32Parameter();
    }

    /** Returns the control block of a function's memory. */
    static StructPtr control(Function f) {
        return new StructPtr(f.address(0));
    }

    StructPtr control() {
        return control(f);
    }

    I32 chunks() {
        return command.i32(Command.CHUNKS);
    }

    /** Loads a field of the command into a variable. */
    PtrVar pointer(AddressField field) {
        return f.ptr(command.ptr(field));
    }

    /** Loads a field of the command into a variable. */
    I32Var number(IntField field) {
        return f.i32(command.i32(field));
    }

    /** Loads a field of the command into a variable. */
    F32Var number(FloatField field) {
        return f.f32(command.f32(field));
    }

    /** Returns the number of rows that the command works on. */
    I32Var rows() {
        I32Var own = number(Command.ROWS);
        I32 batch = I32.select(
                own.eq(I32.of(Command.AS_TOKENS)),
                control().i32(Control.TOKENS),
                control().i32(Control.OUTPUTS));
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
