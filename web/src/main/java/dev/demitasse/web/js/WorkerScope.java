package dev.demitasse.web.js;

import org.teavm.jso.JSClass;
import org.teavm.jso.JSFunctor;
import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;
import org.teavm.jso.JSTopLevel;
import org.teavm.jso.core.JSPromise;

/** {@code DedicatedWorkerGlobalScope}: its members stand at the top level of the worker. */
@JSClass
public abstract class WorkerScope implements JSObject {
    private WorkerScope() {}

    /** Takes a message from the page. */
    @JSFunctor
    public interface Listener extends JSObject {
        void message(Event event);
    }

    /** {@code MessageEvent}. */
    public interface Event extends JSObject {
        @JSProperty
        Request getData();
    }

    @JSTopLevel
    @JSProperty("onmessage")
    public static native void setOnMessage(Listener listener);

    @JSTopLevel
    public static native void postMessage(JSObject message);

    @JSTopLevel
    public static native JSPromise<Response> fetch(String url);

    @JSTopLevel
    public static native JSPromise<Response> fetch(String url, Response.Options options);

    /**
     * Where a file of the GPU's kernels is; defined by {@code engine-worker.js}.
     *
     * @param name without {@code .wgsl}
     */
    @JSTopLevel
    public static native String shaderUrl(String name);

    /** Undefined where the page is not a secure context. */
    @JSTopLevel
    @JSProperty
    public static native Caches getCaches();

    /** Lets the page keep a cache open as long as it lives; defined by {@code engine-worker.js}. */
    @JSTopLevel
    public static native void holdCache(String name);

    @JSTopLevel
    @JSProperty
    public static native Hash.Crypto getCrypto();

    @JSTopLevel
    @JSProperty
    public static native Navigator getNavigator();

    /** {@code WorkerNavigator}. */
    public interface Navigator extends JSObject {
        /** Processors that this machine has, as far as the browser says. */
        @JSProperty
        int getHardwareConcurrency();

        /** GiB of memory that this machine has, roughly; NaN where the browser doesn't say. */
        @JSProperty
        double getDeviceMemory();

        /** Undefined where the page is not a secure context. */
        @JSProperty
        Files.Manager getStorage();

        /** Undefined where the page is not a secure context. */
        @JSProperty
        Locks getLocks();
    }
}
