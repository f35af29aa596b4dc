package dev.demitasse.webgpu;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/**
 * A GPU as the backend needs it: buffers, compute pipelines, and passes of many dispatches. WebGPU reports errors asynchronously; how they
 * surface is up to the implementation.
 */
public interface Device {
    /** Maximum number of workgroups in a row of a dispatch. */
    int MAX_COLUMNS = 32_768;

    /** A {@code GPUBuffer} for storage or for uniforms. */
    interface Buffer {}

    /** A {@code GPUComputePipeline}. */
    interface Pipeline {}

    /** A {@code GPUBindGroup}. */
    interface BindGroup {}

    /**
     * A part of a buffer that a kernel accesses.
     *
     * @param bytes a multiple of 4
     */
    record Binding(Slot slot, Buffer buffer, int offset, long bytes) {
        /** Returns the same part of the buffer for another slot. */
        Binding at(Slot other) {
            return new Binding(other, buffer, offset, bytes);
        }
    }

    /** Returns the maximum number of bytes of a buffer and of a storage binding ({@code maxStorageBufferBindingSize}). */
    long maxBindingBytes();

    /** Returns whether the adapter computes on the CPU. */
    boolean isSoftware();

    /**
     * Creates a buffer of zeros that kernels read and write.
     *
     * @param bytes a multiple of 4
     */
    Buffer createStorage(String label, long bytes);

    /** Frees a buffer after the submitted work that uses it. */
    void destroy(Buffer buffer);

    /**
     * Starts a copy from the beginning of a storage buffer to that of another. Must be called between passes.
     *
     * @param bytes a multiple of 4
     */
    void copy(Buffer source, Buffer target, long bytes);

    /** Creates a buffer for uniforms. */
    Buffer createUniforms(String label, int bytes);

    /**
     * Compiles a kernel.
     *
     * @param overrides values of the override declarations in the WGSL, by name
     */
    Pipeline createPipeline(String label, String wgsl, String entryPoint, Map<String, Integer> overrides);

    /** Creates a bind group for the pipeline's automatic layout: the bindings must be exactly those that the kernel uses. */
    BindGroup createBindGroup(Pipeline pipeline, List<Binding> bindings);

    /**
     * Writes to a buffer before the next pass.
     *
     * @param bytes in direct memory, a multiple of 4
     */
    void write(Buffer buffer, long offset, ByteBuffer bytes);

    /** Adds a dispatch of {@code columns · rows} workgroups to the pass that {@link #submit} will end. */
    void dispatch(Pipeline pipeline, BindGroup group, int columns, int rows);

    /** Adds a dispatch of at least {@code workgroups} workgroups, in several rows if necessary: WebGPU allows 65,535 per dimension. */
    default void dispatch(Pipeline pipeline, BindGroup group, int workgroups) {
        int rows = (workgroups + MAX_COLUMNS - 1) / MAX_COLUMNS;
        dispatch(pipeline, group, (workgroups + rows - 1) / rows, rows);
    }

    /**
     * Adds a part of a buffer to the result of the pass that {@link #submit} will end.
     *
     * @param bytes a multiple of 4
     */
    void read(Buffer buffer, long offset, int bytes);

    /** Submits the pass. */
    void submit();

    /** Runs the action when the submitted work is done and its result has arrived, or the device is lost. */
    void whenDone(Runnable action);

    /**
     * Returns the last result, little-endian. It is valid until the next {@link #submit}.
     *
     * @throws dev.demitasse.backend.DeviceLostException if the device was lost
     */
    ByteBuffer result();
}
