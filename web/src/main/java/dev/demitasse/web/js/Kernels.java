package dev.demitasse.web.js;

import org.teavm.jso.JSClass;
import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;
import org.teavm.jso.JSTopLevel;
import org.teavm.jso.core.JSPromise;
import org.teavm.jso.typedarrays.Uint8Array;

/** The CPU kernels as {@code kernels.js} loads them. Addresses and sizes are integral numbers of bytes. */
public interface Kernels extends JSObject {
    @JSProperty
    int getThreads();

    /** Returns why there is only one thread, if more were requested. */
    @JSProperty
    String getWhyOneThread();

    /**
     * Creates an instance with its own memory.
     *
     * @throws RuntimeException with a JavaScript error, if the memory can't be allocated
     */
    Instance create(double bytes, double maxBytes);

    /** The operations of a {@link dev.demitasse.cpu.KernelRuntime}. */
    interface Instance extends JSObject {
        /**
         * Grows the memory.
         *
         * @throws RuntimeException with a JavaScript error, if the memory can't be allocated
         */
        void grow(double bytes);

        void write(double address, Uint8Array bytes);

        void read(double address, Uint8Array target);

        void copy(double target, double source, int bytes);

        boolean repack(String packing, double source, double target, int columns, int panels);

        void start();
    }

    /** The worker's global functions that load the kernels. */
    @JSClass
    abstract class Scope implements JSObject {
        private Scope() {}

        @JSTopLevel
        static native JSPromise<Kernels> loadKernels(int threads);
    }

    /**
     * Loads the kernels.
     *
     * @param threads the requested number; there is one thread if the page can't share memory with threads
     */
    static JSPromise<Kernels> load(int threads) {
        return Scope.loadKernels(threads);
    }
}
