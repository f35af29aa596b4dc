package dev.demitasse.web;

import dev.demitasse.backend.Backend;
import dev.demitasse.backend.MemoryEstimate;
import dev.demitasse.cpu.CpuBackend;
import dev.demitasse.cpu.KernelRuntime;
import dev.demitasse.plan.Plan;
import dev.demitasse.web.js.JsException;
import dev.demitasse.web.js.Kernels;
import dev.demitasse.web.js.Promises;
import dev.demitasse.web.js.WorkerScope;

/** The CPU, with one thread for each processor, or as many as are asked for. */
record CpuTarget(LoadOptions options, KernelRuntime.Factory runtimes, int threads, String reason)
        implements ExecutionTarget {
    /** Prompt tokens in one pass: enough to pay for reading each weight once, few enough to stop soon. */
    private static final int BATCH_SIZE = 64;
    /** More threads gain little: all wait for memory, and at each barrier for the slowest. */
    private static final int MAX_THREADS = 8;

    private static final long MAX_BYTES_32 = 1L << 32;

    /**
     * Loads the kernels, and starts their threads.
     *
     * @param options a context length of 0 stands for as many tokens as 32-bit addresses reach
     * @param reason why the CPU was chosen
     * @throws UnfitException if this browser can't compile the kernels
     * @throws IllegalStateException if the kernels can't be loaded
     */
    static CpuTarget open(LoadOptions options, String reason) {
        int wanted = options.threads() == 0
                ? Math.min(WorkerScope.getNavigator().getHardwareConcurrency(), MAX_THREADS)
                : options.threads();
        Kernels kernels;
        try {
            kernels = Promises.await(Kernels.load(wanted));
        } catch (JsException e) {
            String message = "the kernels can't be loaded: " + e.getMessage();
            throw e.is("DeviceUnfit") ? new UnfitException(message) : new IllegalStateException(message);
        }
        String fewer = kernels.getThreads() < wanted ? "; one thread, since " + kernels.getWhyOneThread() : "";
        return new CpuTarget(options, WasmKernelRuntime.factory(kernels), kernels.getThreads(), reason + fewer);
    }

    @Override
    public String kind() {
        return "cpu";
    }

    @Override
    public MemoryEstimate memory(Plan plan, int contextLength) {
        return CpuBackend.memory(plan, length(plan, contextLength), BATCH_SIZE, options.kvType(), threads);
    }

    @Override
    public Backend create(Plan plan, int contextLength) {
        return new CpuBackend(plan, length(plan, contextLength), BATCH_SIZE, options.kvType(), runtimes);
    }

    private int length(Plan plan, int contextLength) {
        return options.contextLength() > 0
                ? contextLength
                : CpuBackend.maxContextLength(plan, contextLength, BATCH_SIZE, options.kvType(), threads, MAX_BYTES_32);
    }

    @Override
    public void awaitRoom(int bytes) {
        // The backend has copied the bytes.
    }

    @Override
    public void verify() {
        // WebAssembly computes the same everywhere, so the tests of the kernels suffice.
    }
}
