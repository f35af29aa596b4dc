package dev.demitasse.webgpu.js;

import org.jspecify.annotations.Nullable;
import org.teavm.jso.JSClass;
import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;
import org.teavm.jso.JSTopLevel;
import org.teavm.jso.core.JSObjects;
import org.teavm.jso.core.JSPromise;

/** The browser's {@code navigator.gpu}. */
public interface Gpu extends JSObject {
    /** Requests an adapter; null if the browser offers none. */
    JSPromise<@Nullable GpuAdapter> requestAdapter(AdapterOptions options);

    /** Returns {@code navigator.gpu}; null if the browser has no WebGPU or the page is not a secure context. */
    static @Nullable Gpu find() {
        Gpu gpu = Scope.getNavigator().getGpu();
        return JSObjects.isUndefined(gpu) ? null : gpu;
    }

    /** Requests the fastest adapter; null if the browser offers none. */
    default JSPromise<@Nullable GpuAdapter> requestFastAdapter() {
        AdapterOptions options = JSObjects.create();
        options.setPowerPreference("high-performance");
        return requestAdapter(options);
    }

    /** {@code GPURequestAdapterOptions}. */
    interface AdapterOptions extends JSObject {
        @JSProperty
        void setPowerPreference(String preference);
    }

    /** The global scope, for {@code navigator}. */
    @JSClass
    abstract class Scope implements JSObject {
        private Scope() {}

        @JSTopLevel
        @JSProperty
        static native Navigator getNavigator();
    }

    /** {@code WorkerNavigator}. */
    interface Navigator extends JSObject {
        @JSProperty
        Gpu getGpu();
    }
}
