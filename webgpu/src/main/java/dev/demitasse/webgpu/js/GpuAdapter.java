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

    /** Requests a device with the largest buffers that the adapter supports. */
    default JSPromise<GpuDevice> requestLargeDevice() {
        GpuLimits limits = JSObjects.create();
        limits.setMaxBufferSize(getLimits().getMaxBufferSize());
        limits.setMaxStorageBufferBindingSize(getLimits().getMaxStorageBufferBindingSize());
        DeviceDescriptor descriptor = JSObjects.create();
        descriptor.setRequiredLimits(limits);
        return requestDevice(descriptor);
    }

    /** {@code GPUAdapterInfo}. Browsers may leave any string empty. */
    interface Info extends JSObject {
        @JSProperty
        String getVendor();

        @JSProperty
        String getArchitecture();

        /** Returns whether the adapter computes on the CPU; false in browsers without this member. */
        @JSProperty("isFallbackAdapter")
        boolean isFallbackAdapter();
    }

    /** {@code GPUDeviceDescriptor}. */
    interface DeviceDescriptor extends JSObject {
        @JSProperty
        void setRequiredLimits(GpuLimits limits);
    }
}
