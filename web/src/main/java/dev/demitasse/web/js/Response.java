package dev.demitasse.web.js;

import org.jspecify.annotations.Nullable;
import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;
import org.teavm.jso.core.JSPromise;

/** {@code Response} of the Fetch standard. */
public interface Response extends JSObject {
    @JSProperty
    boolean isOk();

    @JSProperty
    int getStatus();

    @JSProperty
    Headers getHeaders();

    @JSProperty
    ByteStream getBody();

    JSPromise<Text> text();

    /** {@code Headers}. */
    interface Headers extends JSObject {
        @Nullable
        String get(String name);
    }
}
