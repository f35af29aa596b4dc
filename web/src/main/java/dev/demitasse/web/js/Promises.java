package dev.demitasse.web.js;

import org.jspecify.annotations.Nullable;
import org.teavm.interop.Async;
import org.teavm.interop.AsyncCallback;
import org.teavm.jso.core.JSPromise;

/** Waits for promises, in a Java thread: TeaVM's threads take turns within the worker and give way while they wait. */
public final class Promises {
    private Promises() {}

    /**
     * Waits for a promise.
     *
     * @return what it gives
     * @throws JsException if it is rejected
     */
    public static <T> T await(JSPromise<T> promise) {
        Outcome<T> outcome = settle(promise);
        if (outcome.error != null) {
            throw new JsException(outcome.error);
        }
        return outcome.value;
    }

    /** How a promise was settled. Not by AsyncCallback.error: TeaVM 0.15 would throw the error again where the thread waits next. */
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

    /** Gives the worker's other threads and tasks their turns for so long. */
    public static void sleep(int milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e); // no one interrupts threads here
        }
    }
}
