package dev.demitasse.webgpu;

import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;

/** {@code GPUAdapter}. */
public interface GpuAdapter extends JSObject {
    @JSProperty
    Info getInfo();

    /** {@code GPUAdapterInfo}: each part may be empty, as the browser sees fit. */
    interface Info extends JSObject {
        @JSProperty
        String getVendor();

        @JSProperty
        String getArchitecture();
    }
}
