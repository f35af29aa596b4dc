package dev.demitasse.web.js;

import org.teavm.jso.JSClass;
import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;
import org.teavm.jso.core.JSArray;
import org.teavm.jso.core.JSPromise;

/** {@code Blob} or {@code File}. */
@JSClass
public class Blob implements JSObject {
    /** One after the other. */
    public Blob(JSArray<JSObject> parts) {}

    /** Undefined if this is neither blob nor file. */
    @JSProperty("size")
    public native JSObject getSizeIfBlob();

    @JSProperty
    public native double getSize();

    public native Blob slice(double from, double to);

    public native ByteStream stream();

    public native JSPromise<Text> text();
}
