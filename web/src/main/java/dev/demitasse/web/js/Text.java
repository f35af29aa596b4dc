package dev.demitasse.web.js;

import org.teavm.jso.JSObject;

/** A string, which may be absent or in an array. */
public interface Text extends JSObject {
    @Override
    String toString();
}
