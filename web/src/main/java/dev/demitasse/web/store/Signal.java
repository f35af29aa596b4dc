package dev.demitasse.web.store;

import dev.demitasse.store.Platform;
import dev.demitasse.web.js.Promises;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.JSObject;
import org.teavm.jso.core.JSPromise;
import org.teavm.jso.function.JSConsumer;

/** Wakes threads that wait for a change. */
public final class Signal implements Platform.Condition {
    private @Nullable JSPromise<JSObject> next;
    private @Nullable JSConsumer<JSObject> resolve;

    /** An event that runs an action when it happens, or at once if it has happened. */
    public interface Event {
        /** Runs the action when the event happens. */
        void then(Runnable action);
    }

    /** Waits until an event happens. */
    public static void until(Event event) {
        Signal signal = new Signal();
        boolean[] happened = new boolean[1];
        event.then(() -> {
            happened[0] = true;
            signal.fire();
        });
        if (!happened[0]) {
            signal.await();
        }
    }

    @Override
    public void await() {
        JSPromise<JSObject> awaited = next;
        if (awaited == null) {
            awaited = new JSPromise<>((resolving, rejecting) -> resolve = resolving);
            next = awaited;
        }
        Promises.await(awaited);
    }

    @Override
    public void fire() {
        if (resolve != null) {
            resolve.accept(null);
            resolve = null;
            next = null;
        }
    }
}
