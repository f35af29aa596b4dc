package dev.demitasse.web.js;

import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;

/** {@code Error} or {@code DOMException}. */
public interface JsError extends JSObject {
    @JSProperty
    String getName();

    @JSProperty
    String getMessage();
}
