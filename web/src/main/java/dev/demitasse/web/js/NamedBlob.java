package dev.demitasse.web.js;

import org.teavm.jso.JSClass;
import org.teavm.jso.JSObject;
import org.teavm.jso.core.JSArray;

/** {@code File}. */
@JSClass(name = "File")
public class NamedBlob extends Blob {
    /** Concatenates strings, buffers and blobs. */
    public NamedBlob(JSArray<JSObject> parts, String name) {
        super(parts);
    }
}
