package dev.demitasse.web.js;

import org.teavm.jso.JSClass;
import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;
import org.teavm.jso.JSTopLevel;
import org.teavm.jso.core.JSPromise;
import org.teavm.jso.typedarrays.Uint8Array;

/** What {@code kernels.js} loads. Addresses and sizes are whole numbers of bytes. */
public interface Kernels extends JSObject {
    @JSProperty
    int getThreads();

    /** Why there is only one thread, if more were wanted. */
    @JSProperty
    String getWhyOneThread();

    /** @throws RuntimeException made of a JavaScript error, if there is not so much memory to be had */
    Instance create(double bytes, double maxBytes);

    /** As {@link dev.demitasse.cpu.KernelRuntime}. */
    interface Instance extends JSObject {
        /** @throws RuntimeException made of a JavaScript error, if there is not so much memory to be had */
        void grow(double bytes);

        void write(double address, Uint8Array bytes);

        void read(double address, Uint8Array target);

        void copy(double target, double source, int bytes);

        boolean repack(String packing, double source, double target, int columns, int panels);

        void start();
    }

    /** The worker's globals that lead here. */
    @JSClass
    abstract class Scope implements JSObject {
        private Scope() {}

        @JSTopLevel
        static native JSPromise<Kernels> loadKernels(int threads);
    }

    /** @param threads that are wanted; there is one where the page can't share memory with threads */
    static JSPromise<Kernels> load(int threads) {
        return Scope.loadKernels(threads);
    }
}
