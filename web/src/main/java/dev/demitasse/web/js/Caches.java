package dev.demitasse.web.js;

import org.jspecify.annotations.Nullable;
import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;
import org.teavm.jso.core.JSArrayReader;
import org.teavm.jso.core.JSBoolean;
import org.teavm.jso.core.JSPromise;

/** {@code CacheStorage} of the Service Workers standard. */
public interface Caches extends JSObject {
    JSPromise<Cache> open(String name);

    JSPromise<JSBoolean> delete(String name);

    JSPromise<JSArrayReader<Text>> keys();

    /** {@code Cache}. */
    interface Cache extends JSObject {
        /** Finds an entry; undefined if there is none. */
        JSPromise<@Nullable Response> match(String url);

        JSPromise<JSObject> put(String url, Response response);

        JSPromise<JSBoolean> delete(String url);

        JSPromise<JSArrayReader<Key>> keys();
    }

    /** {@code Request}. */
    interface Key extends JSObject {
        @JSProperty
        String getUrl();
    }
}
