package dev.demitasse.web.js;

import org.jspecify.annotations.Nullable;
import org.teavm.interop.Async;
import org.teavm.interop.AsyncCallback;
import org.teavm.jso.core.JSPromise;

/** Waits for promises in a Java thread. TeaVM's threads share the worker's one thread and yield while they wait. */
public final class Promises {
    private Promises() {}

    /**
     * Waits for a promise.
     *
     * @return the value of the promise
     * @throws JsException if it is rejected
     */
    public static <T> T await(JSPromise<T> promise) {
        Outcome<T> outcome = settle(promise);
        if (outcome.error != null) {
            throw new JsException(outcome.error);
        }
        return outcome.value;
    }

    /** The result of a promise. AsyncCallback.error is not used, because TeaVM 0.15 throws the error again at the next wait of the thread. */
    private static final class Outcome<T> {
        final T value;
        final @Nullable JsError error;

        Outcome(T value, @Nullable JsError error) {
            this.value = value;
            this.error = error;
        }
    }

    @Async
    private static native <T> Outcome<T> settle(JSPromise<T> promise);

    @SuppressWarnings("NullAway") // a rejected promise has no value
    private static <T> void settle(JSPromise<T> promise, AsyncCallback<Outcome<T>> callback) {
        promise.then(
                value -> {
                    callback.complete(new Outcome<>(value, null));
                    return null;
                },
                reason -> {
                    callback.complete(new Outcome<>(null, (JsError) reason));
                    return null;
                });
    }

    /** Lets the worker's other threads and tasks run for the given time. */
    public static void sleep(int milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e); // no one interrupts threads here
        }
    }
}
