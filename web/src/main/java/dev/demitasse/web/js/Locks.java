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

    /** Called with the lock, which is held until the promise is settled; or with null, if it isn't available. */
    @JSFunctor
    interface Callback extends JSObject {
        JSPromise<JSObject> granted(@Nullable JSObject lock);
    }
}
