package dev.demitasse.web.js;

import org.teavm.jso.JSClass;
import org.teavm.jso.JSFunctor;
import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;
import org.teavm.jso.JSTopLevel;
import org.teavm.jso.core.JSPromise;

/** {@code DedicatedWorkerGlobalScope}: the global functions and properties of the worker. */
@JSClass
public abstract class WorkerScope implements JSObject {
    private WorkerScope() {}

    /** Receives a message from the page. */
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

    /** {@code console}. */
    public interface Console extends JSObject {
        void warn(String text);
    }

    @JSTopLevel
    @JSProperty
    public static native Console getConsole();

    @JSTopLevel
    public static native void postMessage(JSObject message);

    @JSTopLevel
    public static native JSPromise<Response> fetch(String url);

    @JSTopLevel
    public static native JSPromise<Response> fetch(String url, Response.Options options);

    /**
     * Returns the address of a WGSL file. Defined by {@code engine-worker.js}.
     *
     * @param name the file name without {@code .wgsl}
     */
    @JSTopLevel
    public static native String shaderUrl(String name);

    /** Returns the caches; undefined if the page is not a secure context. */
    @JSTopLevel
    @JSProperty
    public static native Caches getCaches();

    /** Keeps a cache open for the lifetime of the page. Defined by {@code engine-worker.js}. */
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
        /** Returns the number of logical processors that the browser reports. */
        @JSProperty
        int getHardwareConcurrency();

        /** Returns the approximate memory of the machine in GiB; NaN if the browser does not report it. */
        @JSProperty
        double getDeviceMemory();

        /** Returns the storage manager; undefined if the page is not a secure context. */
        @JSProperty
        Files.Manager getStorage();

        /** Returns the lock manager; undefined if the page is not a secure context. */
        @JSProperty
        Locks getLocks();
    }
}
