package dev.demitasse.web.js;

import org.teavm.jso.JSFunctor;
import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;
import org.teavm.jso.JSTopLevel;
import org.teavm.jso.core.JSPromise;

/** {@code DedicatedWorkerGlobalScope}. */
public interface WorkerScope extends JSObject {
    /** Takes a message from the page. */
    @JSFunctor
    interface Listener extends JSObject {
        void message(Event event);
    }

    /** {@code MessageEvent}. */
    interface Event extends JSObject {
        @JSProperty
        Request getData();
    }

    @JSProperty("onmessage")
    void setOnMessage(Listener listener);

    void postMessage(JSObject message);

    JSPromise<Response> fetch(String url);

    static WorkerScope self() {
        return Globals.getSelf();
    }

    /** Where the scope is found. */
    final class Globals {
        private Globals() {}

        @JSTopLevel
        @JSProperty
        static native WorkerScope getSelf();
    }
}
