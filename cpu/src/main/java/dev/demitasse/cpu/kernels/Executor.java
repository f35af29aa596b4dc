package dev.demitasse.cpu.kernels;

import dev.demitasse.cpu.layout.Command;
import dev.demitasse.cpu.layout.Control;
import dev.demitasse.cpu.layout.IntField;
import dev.demitasse.cpu.layout.Opcode;
import dev.demitasse.cpu.wasm.Function;
import dev.demitasse.cpu.wasm.I32;
import dev.demitasse.cpu.wasm.I32Var;
import dev.demitasse.cpu.wasm.Module;
import dev.demitasse.cpu.wasm.PtrVar;

/**
 * Runs programs. Every thread walks through the same commands and takes chunks of each while there are any. A late thread finds the work
 * done and catches up, so a thread that the operating system suspends delays only the chunk that it has taken. Exports:
 *
 * <ul>
 *   <li>{@code start()}: thread 0 runs the program at {@link Control#PROGRAM}, together with the other threads
 *   <li>{@code work(thread)}: another thread waits for programs and runs them; never returns
 *   <li>{@code step(command)}: one thread executes a single command
 * </ul>
 *
 * <p>A command's ticket contains the number of the job, so a thread that still runs the previous job can't take a chunk of this one.
 */
final class Executor {
    /** Number of reads of a word that another thread will change, before the thread sleeps: some tens of microseconds. */
    private static final int SPINS = 20_000;

    private final Module module;
    private final Simd simd;

    Executor(Module module, Simd simd) {
        this.module = module;
        this.simd = simd;
    }

    void build() {
        Function execute = new KernelDispatch(module, simd).build();
        Function run = run(execute);
        start(run);
        work(run);
        step(execute);
    }

    /** Wakes the threads that sleep on a changed word. A thread counts itself before it sleeps, so none is missed. */
    private static void wake(Function f, StructPtr struct, IntField word, IntField sleepers) {
        f.ifTrue(struct.atomicI32(sleepers), () -> f.run(struct.notifyAll(word)));
    }

    /** Sleeps while a word equals {@code value}. */
    private static void sleep(Function f, StructPtr struct, IntField word, IntField sleepers, I32 value) {
        f.run(struct.atomicAdd(sleepers, I32.of(1)));
        f.run(struct.waitWhile(word, value));
        f.run(struct.atomicAdd(sleepers, I32.of(-1)));
    }

    private void start(Function run) {
        Function f = module.exported("start");
        StructPtr control = Kernel.control(f);
        I32Var job = f.i32(control.i32(Control.JOBS).plus(1));
        PtrVar address = f.ptr(control.ptr(Control.PROGRAM));
        StructPtr command = new StructPtr(address);
        f.whileTrue(command.isNot(Command.OPCODE, Opcode.END), () -> {
            command.store(f, Command.TICKET, job.shl(Command.CHUNK_BITS));
            command.store(f, Command.DONE, I32.of(0));
            address.advance(Command.BYTES);
        });
        f.run(control.atomicAdd(Control.JOBS, I32.of(1)));
        wake(f, control, Control.JOBS, Control.IDLE);
        f.call(run, I32.of(0), job);
    }

    private void work(Function run) {
        Function f = module.exported("work");
        I32Var thread = f.i32Parameter();
        StructPtr control = Kernel.control(f);
        I32Var seen = f.i32(I32.of(0));
        I32Var job = f.i32();
        I32Var spins = f.i32();
        f.doWhile(
                () -> {
                    spins.set(I32.of(SPINS));
                    job.set(control.atomicI32(Control.JOBS));
                    f.whileTrue(job.eq(seen), () -> {
                        f.ifElse(
                                spins.isZero(),
                                () -> sleep(f, control, Control.JOBS, Control.IDLE, seen),
                                () -> spins.set(spins.minus(1)));
                        job.set(control.atomicI32(Control.JOBS));
                    });
                    seen.set(job);
                    f.call(run, thread, job);
                },
                () -> I32.of(1));
    }

    private void step(Function execute) {
        Function f = module.exported("step");
        StructPtr command = new StructPtr(f.ptrParameter());
        I32Var chunk = f.i32();
        f.count(
                chunk,
                I32.of(0),
                command.i32(Command.CHUNKS),
                1,
                () -> f.call(execute, command.address(), I32.of(0), chunk));
    }

    /** Runs the rest of a program, until it or the job ends. */
    private Function run(Function execute) {
        Function f = module.function("run");
        I32Var thread = f.i32Parameter();
        I32Var job = f.i32Parameter();
        PtrVar address = f.ptr(Kernel.control(f).ptr(Control.PROGRAM));
        StructPtr command = new StructPtr(address);
        I32Var tag = f.i32(job.shl(Command.CHUNK_BITS));
        I32Var current = f.i32(I32.of(1)); // 0 once another job has begun
        f.whileTrue(current.and(command.isNot(Command.OPCODE, Opcode.END)), () -> {
            f.ifElse(
                    command.is(Command.OPCODE, Opcode.BARRIER),
                    () -> barrier(f, command, job, current),
                    () -> takeChunks(f, execute, command, thread, tag, current));
            address.advance(Command.BYTES);
        });
        return f;
    }

    private static void takeChunks(
            Function f, Function execute, StructPtr command, I32Var thread, I32Var tag, I32Var current) {
        I32Var chunks = f.i32(command.i32(Command.CHUNKS));
        I32Var ticket = f.i32();
        I32Var more = f.i32(I32.of(1));
        f.whileTrue(more, () -> {
            ticket.set(command.atomicI32(Command.TICKET));
            I32Var chunk = f.i32(ticket.minus(tag)); // far above the number of chunks if the ticket is another job's
            more.set(I32.select(chunk.ltU(chunks), I32.of(1), I32.of(0)));
            f.ifElse(
                    more,
                    () -> f.ifTrue(
                            command.compareExchange(Command.TICKET, ticket, ticket.plus(1))
                                    .eq(ticket),
                            () -> {
                                f.call(execute, command.address(), thread, chunk);
                                f.ifTrue(
                                        command.atomicAdd(Command.DONE, I32.of(1))
                                                .plus(1)
                                                .eq(chunks),
                                        () -> wake(f, command, Command.DONE, Command.SLEEPERS));
                            }),
                    () -> current.set(chunk.eq(chunks)));
        });
    }

    private static void barrier(Function f, StructPtr command, I32Var job, I32Var current) {
        PtrVar address = f.ptr(command.address());
        StructPtr before = new StructPtr(address);
        I32Var left = f.i32(command.i32(Command.CHUNKS));
        I32Var done = f.i32();
        I32Var spins = f.i32();
        f.whileTrue(left, () -> {
            address.advance(-Command.BYTES);
            left.set(left.minus(1));
            spins.set(I32.of(SPINS));
            done.set(before.atomicI32(Command.DONE));
            f.whileTrue(done.ne(before.i32(Command.CHUNKS)).and(current), () -> {
                f.ifElse(
                        spins.isZero(),
                        () -> sleep(f, before, Command.DONE, Command.SLEEPERS, done),
                        () -> spins.set(spins.minus(1)));
                current.set(Kernel.control(f).atomicI32(Control.JOBS).eq(job));
                done.set(before.atomicI32(Command.DONE));
            });
        });
    }
}
