package dev.demitasse.web.js;

import org.jspecify.annotations.Nullable;
import org.teavm.jso.JSFunctor;
import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;
import org.teavm.jso.core.JSPromise;

/** {@code LockManager} of the Web Locks standard. */
public interface Locks extends JSObject {
    JSPromise<JSObject> request(String name, Options options, Callback callback);

    /** {@code LockOptions}. */
    interface Options extends JSObject {
        @JSProperty
        void setIfAvailable(boolean ifAvailable);
    }

    /** Receives a lock, which is held until the returned promise is settled, or null if it is not available. */
    @JSFunctor
    interface Callback extends JSObject {
        JSPromise<JSObject> granted(@Nullable JSObject lock);
    }
}
