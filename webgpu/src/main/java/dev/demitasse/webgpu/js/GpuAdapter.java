package dev.demitasse.webgpu.js;

import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;
import org.teavm.jso.core.JSObjects;
import org.teavm.jso.core.JSPromise;

/** {@code GPUAdapter}. */
public interface GpuAdapter extends JSObject {
    @JSProperty
    Info getInfo();

    @JSProperty
    GpuLimits getLimits();

    JSPromise<GpuDevice> requestDevice(DeviceDescriptor descriptor);

    /** A device with as large buffers as the adapter has. */
    default JSPromise<GpuDevice> requestLargeDevice() {
        GpuLimits limits = JSObjects.create();
        limits.setMaxBufferSize(getLimits().getMaxBufferSize());
        limits.setMaxStorageBufferBindingSize(getLimits().getMaxStorageBufferBindingSize());
        DeviceDescriptor descriptor = JSObjects.create();
        descriptor.setRequiredLimits(limits);
        return requestDevice(descriptor);
    }

    /** {@code GPUAdapterInfo}: each part may be empty, as the browser sees fit. */
    interface Info extends JSObject {
        @JSProperty
        String getVendor();

        @JSProperty
        String getArchitecture();

        /** Absent in older browsers, which reads as false. */
        @JSProperty("isFallbackAdapter")
        boolean isFallbackAdapter();
    }

    /** {@code GPUDeviceDescriptor}. */
    interface DeviceDescriptor extends JSObject {
        @JSProperty
        void setRequiredLimits(GpuLimits limits);
    }
}
