package dev.demitasse.web.store;

import dev.demitasse.web.js.Promises;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.JSObject;
import org.teavm.jso.core.JSPromise;
import org.teavm.jso.function.JSConsumer;

/** Wakes threads that wait for a change. */
final class Signal {
    private @Nullable JSPromise<JSObject> next;
    private @Nullable JSConsumer<JSObject> resolve;

    void await() {
        JSPromise<JSObject> awaited = next;
        if (awaited == null) {
            awaited = new JSPromise<>((resolving, rejecting) -> resolve = resolving);
            next = awaited;
        }
        Promises.await(awaited);
    }

    void fire() {
        if (resolve != null) {
            resolve.accept(null);
            resolve = null;
            next = null;
        }
    }
}
