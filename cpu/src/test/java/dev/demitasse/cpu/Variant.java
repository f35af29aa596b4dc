package dev.demitasse.cpu;

import dev.demitasse.cpu.kernels.KernelModules;
import java.util.List;

/** A module of the kernels, and the number of threads that run it. */
public record Variant(boolean relaxed, boolean wide, int threads) {
    /** All kinds of variants, the most common one first. */
    public static final List<Variant> ALL = List.of(
            new Variant(true, false, 2),
            new Variant(true, false, 1),
            new Variant(false, false, 1),
            new Variant(false, false, 3),
            new Variant(false, true, 1),
            new Variant(true, true, 2));

    boolean shared() {
        return threads > 1;
    }

    byte[] module() {
        return KernelModules.build(relaxed, shared(), wide);
    }
}
