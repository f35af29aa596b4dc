package dev.demitasse.web.js;

import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;

/** {@code Error}. */
public interface JsError extends JSObject {
    @JSProperty
    String getMessage();
}
