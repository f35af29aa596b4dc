package dev.demitasse.webgpu.js;

import org.jspecify.annotations.Nullable;
import org.teavm.jso.JSFunctor;
import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;
import org.teavm.jso.core.JSArray;
import org.teavm.jso.core.JSPromise;
import org.teavm.jso.typedarrays.ArrayBuffer;
import org.teavm.jso.typedarrays.Uint8Array;

/** {@code GPUDevice}, and the objects it creates. */
public interface GpuDevice extends JSObject {
    @JSProperty
    GpuLimits getLimits();

    @JSProperty
    Queue getQueue();

    @JSProperty
    JSPromise<LostInfo> getLost();

    Buffer createBuffer(BufferDescriptor descriptor);

    ShaderModule createShaderModule(ShaderModuleDescriptor descriptor);

    Pipeline createComputePipeline(PipelineDescriptor descriptor);

    BindGroup createBindGroup(BindGroupDescriptor descriptor);

    CommandEncoder createCommandEncoder();

    void pushErrorScope(String filter);

    JSPromise<@Nullable GpuError> popErrorScope();

    void destroy();

    @JSProperty("onuncapturederror")
    void setOnUncapturedError(ErrorListener listener);

    /** A listener of {@code uncapturederror} events. */
    @JSFunctor
    interface ErrorListener extends JSObject {
        void error(ErrorEvent event);
    }

    /** {@code GPUUncapturedErrorEvent}. */
    interface ErrorEvent extends JSObject {
        @JSProperty
        GpuError getError();
    }

    /** {@code GPUDeviceLostInfo}. */
    interface LostInfo extends JSObject {
        @JSProperty
        String getMessage();
    }

    /** {@code GPUError}. */
    interface GpuError extends JSObject {
        @JSProperty
        String getMessage();
    }

    /** {@code GPUQueue}. */
    interface Queue extends JSObject {
        void submit(JSArray<CommandBuffer> buffers);

        void writeBuffer(Buffer buffer, double offset, Uint8Array bytes);

        JSPromise<JSObject> onSubmittedWorkDone();
    }

    /** {@code GPUBuffer}. */
    interface Buffer extends JSObject {
        JSPromise<JSObject> mapAsync(int mode, double offset, double bytes);

        ArrayBuffer getMappedRange(double offset, double bytes);

        void unmap();

        void destroy();
    }

    /** {@code GPUShaderModule}. */
    interface ShaderModule extends JSObject {}

    /** {@code GPUComputePipeline}. */
    interface Pipeline extends JSObject {
        JSObject getBindGroupLayout(int index);
    }

    /** {@code GPUBindGroup}. */
    interface BindGroup extends JSObject {}

    /** {@code GPUCommandBuffer}. */
    interface CommandBuffer extends JSObject {}

    /** {@code GPUCommandEncoder}. */
    interface CommandEncoder extends JSObject {
        ComputePass beginComputePass();

        void copyBufferToBuffer(Buffer source, double sourceOffset, Buffer target, double targetOffset, double bytes);

        CommandBuffer finish();
    }

    /** {@code GPUComputePassEncoder}. */
    interface ComputePass extends JSObject {
        void setPipeline(Pipeline pipeline);

        void setBindGroup(int index, BindGroup group);

        void dispatchWorkgroups(int x, int y);

        void end();
    }

    /** {@code GPUBufferDescriptor}. */
    interface BufferDescriptor extends JSObject {
        @JSProperty
        void setLabel(String label);

        @JSProperty
        void setSize(double bytes);

        @JSProperty
        void setUsage(int flags);
    }

    /** {@code GPUShaderModuleDescriptor}. */
    interface ShaderModuleDescriptor extends JSObject {
        @JSProperty
        void setLabel(String label);

        @JSProperty
        void setCode(String wgsl);
    }

    /** {@code GPUComputePipelineDescriptor}. */
    interface PipelineDescriptor extends JSObject {
        @JSProperty
        void setLabel(String label);

        @JSProperty
        void setLayout(String auto);

        @JSProperty
        void setCompute(ProgrammableStage stage);
    }

    /** {@code GPUProgrammableStage}. */
    interface ProgrammableStage extends JSObject {
        @JSProperty
        void setModule(ShaderModule module);

        @JSProperty
        void setEntryPoint(String name);

        @JSProperty
        void setConstants(JSObject constants);
    }

    /** {@code GPUBindGroupDescriptor}. */
    interface BindGroupDescriptor extends JSObject {
        @JSProperty
        void setLayout(JSObject layout);

        @JSProperty
        void setEntries(JSArray<BindGroupEntry> entries);
    }

    /** {@code GPUBindGroupEntry}. */
    interface BindGroupEntry extends JSObject {
        @JSProperty
        void setBinding(int number);

        @JSProperty
        void setResource(BufferBinding resource);
    }

    /** {@code GPUBufferBinding}. */
    interface BufferBinding extends JSObject {
        @JSProperty
        void setBuffer(Buffer buffer);

        @JSProperty
        void setOffset(double bytes);

        @JSProperty
        void setSize(double bytes);
    }
}
