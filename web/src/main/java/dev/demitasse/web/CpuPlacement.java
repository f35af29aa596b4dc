package dev.demitasse.web;

import dev.demitasse.backend.Backend;
import dev.demitasse.backend.MemoryEstimate;
import dev.demitasse.cpu.CpuBackend;
import dev.demitasse.cpu.KernelRuntime;
import dev.demitasse.plan.Plan;
import dev.demitasse.web.js.JsError;
import dev.demitasse.web.js.Kernels;
import dev.demitasse.web.js.WorkerScope;
import java.util.function.Consumer;

/** The CPU, with as many threads as it has processors or as are asked for. */
final class CpuPlacement {
    /** Prompt tokens in one pass: enough to pay for reading each weight once, few enough to stop soon. */
    private static final int BATCH_SIZE = 64;
    /** More than these gain little: all wait for memory, and at each barrier for the slowest. */
    private static final int MOST_THREADS = 8;

    private static final long MAX_BYTES_32 = 1L << 32;

    private CpuPlacement() {}

    /**
     * Loads the kernels.
     *
     * @param wish its context may be 0, for as many tokens as 32-bit addresses reach
     * @param why the CPU, and no GPU
     * @param failed takes the error if they can't be loaded
     */
    static void find(Wish wish, String why, Consumer<Placement> found, Consumer<JsError> failed) {
        int wanted = wish.threads() == 0
                ? Math.min(WorkerScope.getNavigator().getHardwareConcurrency(), MOST_THREADS)
                : wish.threads();
        Kernels.load(wanted)
                .then(
                        kernels -> {
                            found.accept(placement(kernels, wanted, wish, why));
                            return null;
                        },
                        reason -> {
                            failed.accept((JsError) reason);
                            return null;
                        });
    }

    private static Placement placement(Kernels kernels, int wanted, Wish wish, String why) {
        KernelRuntime.Factory runtimes = WasmKernelRuntime.factory(kernels);
        Placement.Backends backends = new Placement.Backends() {
            @Override
            public MemoryEstimate memory(Plan plan, int context) {
                return CpuBackend.memory(plan, length(plan, context), BATCH_SIZE, wish.kvType(), runtimes.threads());
            }

            @Override
            public Backend create(Plan plan, int context) {
                return new CpuBackend(plan, length(plan, context), BATCH_SIZE, wish.kvType(), runtimes);
            }

            private int length(Plan plan, int context) {
                return wish.contextLength() > 0
                        ? context
                        : CpuBackend.maxContextLength(
                                plan, context, BATCH_SIZE, wish.kvType(), runtimes.threads(), MAX_BYTES_32);
            }
        };
        String fewer = kernels.getThreads() < wanted ? "; one thread, since " + kernels.getWhyOneThread() : "";
        return new Placement("cpu", kernels.getThreads(), why + fewer, backends, Placement.IMMEDIATE);
    }
}
