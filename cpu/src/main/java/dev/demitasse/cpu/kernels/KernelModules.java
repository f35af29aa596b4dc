package dev.demitasse.cpu.kernels;

import dev.demitasse.cpu.layout.Packing;
import dev.demitasse.cpu.wasm.Function;
import dev.demitasse.cpu.wasm.I32Var;
import dev.demitasse.cpu.wasm.Module;
import dev.demitasse.cpu.wasm.PtrVar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes the kernels' modules: one for each combination of the browser features that they use. */
public final class KernelModules {
    private KernelModules() {}

    /**
     * Writes all modules.
     *
     * @param args the folder to write to
     */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        Files.createDirectories(folder);
        for (boolean relaxed : new boolean[] {false, true}) {
            for (boolean shared : new boolean[] {false, true}) {
                for (boolean wide : new boolean[] {false, true}) {
                    Files.write(folder.resolve(name(relaxed, shared, wide)), build(relaxed, shared, wide));
                }
            }
        }
    }

    private static String name(boolean relaxed, boolean shared, boolean wide) {
        return "kernels" + (relaxed ? "-relaxed" : "") + (shared ? "-shared" : "") + (wide ? "-64" : "") + ".wasm";
    }

    /**
     * Returns a module in binary form.
     *
     * @param relaxed whether it uses relaxed SIMD
     * @param shared whether threads share its memory
     * @param wide whether addresses have 64 bits
     */
    public static byte[] build(boolean relaxed, boolean shared, boolean wide) {
        Module module = new Module(shared, wide);
        new Executor(module, new Simd(relaxed)).build();
        for (Packing packing : Packing.values()) {
            RepackKernels.build(module, packing);
        }
        Function copy = module.exported("copy");
        PtrVar target = copy.ptrParameter();
        PtrVar source = copy.ptrParameter();
        I32Var bytes = copy.i32Parameter();
        copy.copy(target, source, bytes);
        return module.toBytes();
    }
}
