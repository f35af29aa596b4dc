package dev.demitasse.cpu.kernels;

import dev.demitasse.cpu.layout.ActivationBlock;
import dev.demitasse.cpu.layout.Command;
import dev.demitasse.cpu.layout.Control;
import dev.demitasse.cpu.layout.Opcode;
import dev.demitasse.cpu.layout.Packing;
import dev.demitasse.cpu.wasm.Function;
import dev.demitasse.cpu.wasm.I32;
import dev.demitasse.cpu.wasm.I32Var;
import dev.demitasse.cpu.wasm.Module;
import dev.demitasse.cpu.wasm.Ptr;
import dev.demitasse.cpu.wasm.PtrVar;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Runs programs: every thread walks through the same commands and does its share of each. Exports
 *
 * <ul>
 *   <li>{@code start()}: thread 0 runs the program that {@link Control#PROGRAM} names, and the others with it
 *   <li>{@code work(thread)}: another thread waits for programs and runs them, for ever
 *   <li>{@code step(command)}: a single command, by a single thread
 * </ul>
 */
final class Executor {
    /** Looks at a word that another thread is about to change, before going to sleep: some tens of microseconds. */
    private static final int SPINS = 20_000;

    private final Module module;
    private final Simd simd;

    Executor(Module module, Simd simd) {
        this.module = module;
        this.simd = simd;
    }

    void build() {
        Function barrier = barrier();
        Function execute = execute(barrier);
        Function run = run(execute);
        Function start = module.exported("start");
        wake(start, Control.JOBS, Control.IDLE);
        start.call(run, I32.of(0));
        work(run);
        Function step = module.exported("step");
        PtrVar command = step.ptrParameter();
        step.call(execute, command, I32.of(0));
    }

    /** Adds 1 to a word and wakes who sleeps on it. Sleepers count themselves first, so that none is overlooked. */
    private static void wake(Function f, int word, int sleepers) {
        Ptr control = f.address(0);
        f.run(control.atomicAdd(word, I32.of(1)));
        f.ifTrue(control.atomicI32(sleepers), () -> f.run(control.notifyAll(word)));
    }

    /** Waits until a word is no more {@code value}. */
    private static void await(Function f, int word, int sleepers, I32 value) {
        Ptr control = f.address(0);
        I32Var spins = f.i32(I32.of(SPINS));
        f.whileTrue(control.atomicI32(word).eq(value).and(spins.gt(I32.of(0))), () -> spins.set(spins.minus(1)));
        f.whileTrue(control.atomicI32(word).eq(value), () -> {
            f.run(control.atomicAdd(sleepers, I32.of(1)));
            f.run(control.waitWhile(word, value));
            f.run(control.atomicAdd(sleepers, I32.of(-1)));
        });
    }

    private Function barrier() {
        Function f = module.function("barrier");
        Ptr control = f.address(0);
        I32Var threads = f.i32(control.i32(Control.THREADS));
        f.ifTrue(threads.gt(I32.of(1)), () -> {
            I32Var phase = f.i32(control.atomicI32(Control.PHASE));
            f.ifElse(
                    control.atomicAdd(Control.ARRIVED, I32.of(1)).eq(threads.minus(1)),
                    () -> {
                        f.atomicStore(control, Control.ARRIVED, I32.of(0));
                        wake(f, Control.PHASE, Control.SLEEPERS);
                    },
                    () -> await(f, Control.PHASE, Control.SLEEPERS, phase));
        });
        return f;
    }

    private Function run(Function execute) {
        Function f = module.function("run");
        I32Var thread = f.i32Parameter();
        PtrVar command = f.ptr(f.address(0).ptr(Control.PROGRAM));
        f.whileTrue(command.i32(Command.OPCODE).ne(I32.of(Opcode.END.ordinal())), () -> {
            f.call(execute, command, thread);
            command.advance(Command.BYTES);
        });
        return f;
    }

    private void work(Function run) {
        Function f = module.exported("work");
        I32Var thread = f.i32Parameter();
        I32Var seen = f.i32(I32.of(0));
        f.doWhile(
                () -> {
                    await(f, Control.JOBS, Control.IDLE, seen);
                    seen.set(seen.plus(1));
                    f.call(run, thread);
                },
                () -> I32.of(1));
    }

    private Function execute(Function barrier) {
        MatMulKernels products = new MatMulKernels(module, simd);
        RowKernels rows = new RowKernels(module, simd);
        AttentionKernels attention = new AttentionKernels(module, simd);
        Map<Packing, Function> matVec = new EnumMap<>(Packing.class);
        Map<Packing, Function> matMul = new EnumMap<>(Packing.class);
        Map<Packing, Function> embed = new EnumMap<>(Packing.class);
        for (Format format : Format.ALL) {
            matVec.put(format.packing, products.quantized(format, 1));
            matMul.put(format.packing, products.quantized(format, ActivationBlock.TILE_ROWS));
            embed.put(format.packing, EmbedKernels.quantized(module, format));
        }
        for (Packing packing : Packing.values()) {
            if (packing.isFloat()) {
                matVec.put(packing, products.floats(packing, 1));
                matMul.put(packing, products.floats(packing, ActivationBlock.TILE_ROWS));
                embed.put(packing, EmbedKernels.floats(module, packing));
            }
        }
        Map<Opcode, Function> kernels = new EnumMap<>(Opcode.class);
        kernels.put(Opcode.RMS_NORM, rows.rmsNorm());
        kernels.put(Opcode.QUANTIZE_FOR_UNSIGNED, Quantization.build(module, simd, false));
        kernels.put(Opcode.QUANTIZE_FOR_SIGNED, Quantization.build(module, simd, true));
        kernels.put(Opcode.ROPE, rows.rope());
        kernels.put(Opcode.STORE_KV, attention.storeKv());
        kernels.put(Opcode.ATTEND_ONE, attention.attendOne());
        kernels.put(Opcode.COMBINE, attention.combine());
        kernels.put(Opcode.ATTEND_BATCH, attention.attendBatch());
        kernels.put(Opcode.GATED_SILU, rows.gatedSilu());
        kernels.put(Opcode.GATED_GELU, rows.gatedGelu());
        kernels.put(Opcode.SOFT_CAP, rows.softCap());
        kernels.put(Opcode.ADD, rows.add());
        kernels.put(Opcode.LAST_ROW, rows.lastRow());
        kernels.put(Opcode.RUN_MAXIMA, rows.runMaxima());

        Kernel kernel = new Kernel(module, "execute");
        Function f = kernel.f;
        List<Runnable> cases = new ArrayList<>();
        for (Opcode opcode : Opcode.values()) {
            cases.add(
                    switch (opcode) {
                        case END -> () -> {};
                        case BARRIER -> () -> f.call(barrier);
                        case EMBED -> () -> byPacking(kernel, embed);
                        case MAT_VEC -> () -> byPacking(kernel, matVec);
                        case MAT_MUL -> () -> byPacking(kernel, matMul);
                        default ->
                            () -> f.call(Objects.requireNonNull(kernels.get(opcode)), kernel.command, kernel.thread);
                    });
        }
        f.dispatch(kernel.command.i32(Command.OPCODE), cases);
        return f;
    }

    private static void byPacking(Kernel kernel, Map<Packing, Function> functions) {
        List<Runnable> cases = new ArrayList<>();
        for (Function function : functions.values()) { // in the order of Packing
            cases.add(() -> kernel.f.call(function, kernel.command, kernel.thread));
        }
        kernel.f.dispatch(kernel.command.i32(Command.PACKING), cases);
    }
}
