package dev.demitasse.webgpu.js;

import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;

/** {@code GPUSupportedLimits}, as far as a large model may meet them. In bytes. */
public interface GpuLimits extends JSObject {
    @JSProperty
    double getMaxBufferSize();

    @JSProperty
    void setMaxBufferSize(double bytes);

    @JSProperty
    double getMaxStorageBufferBindingSize();

    @JSProperty
    void setMaxStorageBufferBindingSize(double bytes);
}
