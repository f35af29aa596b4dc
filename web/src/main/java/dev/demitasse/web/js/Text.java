package dev.demitasse.web.js;

import org.teavm.jso.JSObject;

/** A JavaScript string that may be absent or an element of an array. */
public interface Text extends JSObject {
    @Override
    String toString();
}
