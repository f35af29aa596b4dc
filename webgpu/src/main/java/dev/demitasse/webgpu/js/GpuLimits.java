package dev.demitasse.webgpu.js;

import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;

/** {@code GPUSupportedLimits}: the limits that large models reach, in bytes. */
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
