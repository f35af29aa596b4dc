package dev.demitasse.cpu.kernels;

import dev.demitasse.cpu.layout.ActivationBlock;
import dev.demitasse.cpu.layout.Command;
import dev.demitasse.cpu.layout.Opcode;
import dev.demitasse.cpu.layout.Packing;
import dev.demitasse.cpu.wasm.Function;
import dev.demitasse.cpu.wasm.Module;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Builds the kernels of all opcodes and packings, and the function that runs the kernel of a command. */
final class KernelDispatch {
    private final Module module;
    private final AttentionKernels attention;
    private final RowKernels rows;
    private final List<Function> matVec = new ArrayList<>();
    private final List<Function> matMul = new ArrayList<>();
    private final List<Function> embed = new ArrayList<>();

    KernelDispatch(Module module, Simd simd) {
        this.module = module;
        rows = new RowKernels(module, simd);
        attention = new AttentionKernels(module, simd);
        MatMulKernels products = new MatMulKernels(module, simd);
        for (Packing packing : Packing.values()) {
            matVec.add(products.build(packing, 1));
            matMul.add(products.build(packing, ActivationBlock.TILE_ROWS));
            embed.add(EmbedKernels.build(module, packing));
        }
    }

    /** Returns the function {@code execute(command, thread, chunk)}. */
    Function build() {
        List<Consumer<Kernel>> calls = new ArrayList<>();
        for (Opcode opcode : Opcode.values()) {
            calls.add(call(opcode));
        }
        Kernel kernel = new Kernel(module, "execute");
        List<Runnable> cases = new ArrayList<>();
        for (Consumer<Kernel> call : calls) {
            cases.add(() -> call.accept(kernel));
        }
        kernel.f.dispatch(kernel.command.i32(Command.OPCODE), cases);
        return kernel.f;
    }

    /** Builds the kernel of an opcode, and returns a generator of its call. */
    private Consumer<Kernel> call(Opcode opcode) {
        return switch (opcode) {
            case END, BARRIER -> kernel -> {}; // handled by the threads' loop
            case EMBED -> byPacking(embed);
            case RMS_NORM -> call(rows.rmsNorm());
            case QUANTIZE -> call(Quantization.build(module));
            case MAT_VEC -> byPacking(matVec);
            case MAT_MUL -> byPacking(matMul);
            case ROPE -> call(rows.rope());
            case STORE_KV -> call(attention.storeKv());
            case ATTENTION_DECODE -> call(attention.attentionDecode());
            case COMBINE_SPLITS -> call(attention.combineSplits());
            case ATTENTION_PREFILL -> call(attention.attentionPrefill());
            case SWIGLU -> call(rows.swiglu());
            case GEGLU -> call(rows.geglu());
            case SOFT_CAP -> call(rows.softCap());
            case ADD -> call(rows.add());
            case LAST_ROWS -> call(rows.lastRows());
        };
    }

    private static Consumer<Kernel> call(Function function) {
        return kernel -> kernel.f.call(function, kernel.command.address(), kernel.thread, kernel.chunk);
    }

    /**
     * Returns a generator of a call by the command's packing.
     *
     * @param functions a function for each packing, by its ordinal
     */
    private static Consumer<Kernel> byPacking(List<Function> functions) {
        return kernel -> {
            List<Runnable> cases = new ArrayList<>();
            for (Function function : functions) {
                cases.add(() -> call(function).accept(kernel));
            }
            kernel.f.dispatch(kernel.command.i32(Command.PACKING), cases);
        };
    }
}
