package dev.demitasse.web;

import dev.demitasse.cpu.KernelRuntime;
import dev.demitasse.cpu.layout.Packing;
import dev.demitasse.web.js.JsException;
import dev.demitasse.web.js.Kernels;
import dev.demitasse.web.js.MessageChannel;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.typedarrays.Uint8Array;

/** The kernels as WebAssembly in this browser. Buffers must be direct: JavaScript copies from and to the engine's linear memory. */
final class WasmKernelRuntime implements KernelRuntime {
    private final Kernels.Instance runtime;
    private final MessageChannel channel = new MessageChannel();
    private @Nullable Runnable later;

    private WasmKernelRuntime(Kernels.Instance runtime) {
        this.runtime = runtime;
        channel.getPort1().setOnMessage(event -> {
            Runnable action = later;
            later = null;
            if (action != null) {
                action.run();
            }
        });
    }

    static Factory factory(Kernels kernels) {
        return new Factory() {
            @Override
            public int threads() {
                return kernels.getThreads();
            }

            @Override
            public KernelRuntime create(long bytes, long maxBytes) {
                try {
                    return new WasmKernelRuntime(kernels.create(bytes, maxBytes));
                } catch (RuntimeException e) {
                    throw tooMuch("the model needs " + (bytes >> 20), e);
                }
            }
        };
    }

    private static IllegalStateException tooMuch(String what, RuntimeException e) {
        return new IllegalStateException(
                what + " MiB of memory, which can't be had: "
                        + JsException.of(e).getMessage(),
                e);
    }

    @Override
    public void grow(long bytes) {
        try {
            runtime.grow(bytes);
        } catch (RuntimeException e) {
            throw tooMuch("so long a conversation needs " + (bytes >> 20), e);
        }
    }

    @Override
    public void write(long address, ByteBuffer bytes) {
        runtime.write(address, Uint8Array.fromJavaBuffer(bytes.slice()));
    }

    @Override
    public void read(long address, ByteBuffer target) {
        runtime.read(address, Uint8Array.fromJavaBuffer(target.slice()));
    }

    @Override
    public void copy(long target, long source, int bytes) {
        runtime.copy(target, source, bytes);
    }

    @Override
    public boolean repack(Packing packing, long source, long target, int columns, int panels) {
        return runtime.repack(packing.name(), source, target, columns, panels);
    }

    @Override
    public void start() {
        runtime.start();
    }

    @Override
    public boolean yieldThen(Runnable action) {
        later = action;
        channel.getPort2().postMessage(0);
        return true;
    }
}
