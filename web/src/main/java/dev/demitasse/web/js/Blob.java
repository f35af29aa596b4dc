package dev.demitasse.web.js;

import org.teavm.jso.JSClass;
import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;
import org.teavm.jso.core.JSArray;
import org.teavm.jso.core.JSPromise;

/** {@code Blob} or {@code File}. */
@JSClass
public class Blob implements JSObject {
    /** Concatenates strings, buffers and blobs. */
    public Blob(JSArray<JSObject> parts) {}

    /** Returns the size in bytes; undefined if this is neither a blob nor a file. */
    @JSProperty("size")
    public native JSObject getSizeIfBlob();

    @JSProperty
    public native double getSize();

    /** Returns the name of a file; undefined for other blobs. */
    @JSProperty
    public native Text getName();

    public native Blob slice(double from, double to);

    public native ByteStream stream();

    public native JSPromise<Text> text();
}
