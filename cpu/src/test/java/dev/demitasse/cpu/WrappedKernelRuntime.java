package dev.demitasse.cpu;

import dev.demitasse.cpu.layout.Packing;
import java.nio.ByteBuffer;
import java.util.function.UnaryOperator;

/** Delegates to another runtime, except for the methods that a subclass overrides. */
public class WrappedKernelRuntime implements KernelRuntime {
    private final KernelRuntime runtime;

    protected WrappedKernelRuntime(KernelRuntime runtime) {
        this.runtime = runtime;
    }

    /** Returns a factory that wraps the runtimes of another. */
    public static Factory factory(Factory runtimes, UnaryOperator<KernelRuntime> wrap) {
        return new Factory() {
            @Override
            public int threads() {
                return runtimes.threads();
            }

            @Override
            public KernelRuntime create(long bytes, long maxBytes) {
                return wrap.apply(runtimes.create(bytes, maxBytes));
            }
        };
    }

    @Override
    public void grow(long bytes) {
        runtime.grow(bytes);
    }

    @Override
    public void write(long address, ByteBuffer bytes) {
        runtime.write(address, bytes);
    }

    @Override
    public void read(long address, ByteBuffer target) {
        runtime.read(address, target);
    }

    @Override
    public void copy(long target, long source, int bytes) {
        runtime.copy(target, source, bytes);
    }

    @Override
    public boolean repack(Packing packing, long source, long target, int columns, int panels) {
        return runtime.repack(packing, source, target, columns, panels);
    }

    @Override
    public void start() {
        runtime.start();
    }

    @Override
    public boolean yieldThen(Runnable action) {
        return runtime.yieldThen(action);
    }
}
