package dev.demitasse.webgpu;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/** A GPU, as far as the backend needs it: buffers, kernels, and passes of many dispatches. Errors that WebGPU tells later are those of {@link #whenDone}'s work. */
public interface Device {
    /** Workgroups in a row of a dispatch. */
    int MOST_IN_A_ROW = 32_768;

    /** A {@code GPUBuffer} for storage, or for uniforms. */
    interface Buffer {}

    /** A {@code GPUComputePipeline}. */
    interface Pipeline {}

    /** A {@code GPUBindGroup}. */
    interface BindGroup {}

    /**
     * A part of a buffer that a kernel sees.
     *
     * @param number in the kernel's group 0
     * @param bytes multiple of 4
     */
    record Binding(int number, Buffer buffer, int offset, long bytes) {}

    /** Most bytes of one storage binding ({@code maxStorageBufferBindingSize}), and of a buffer. */
    long maxBindingBytes();

    /** Whether a processor plays the GPU. */
    boolean isSoftware();

    /** Makes a buffer of zeros that kernels read and write; {@code bytes} is a multiple of 4. */
    Buffer createStorage(String label, long bytes);

    /** Gives a buffer back when what was submitted is done. */
    void destroy(Buffer buffer);

    /** Begins to copy bytes, a multiple of 4, from one storage buffer's beginning to another's. To be called between passes. */
    void copy(Buffer source, Buffer target, long bytes);

    /** Makes a buffer of parameters. */
    Buffer createUniforms(String label, int bytes);

    /**
     * Makes a kernel.
     *
     * @param constants values of the source's {@code override}s
     */
    Pipeline createPipeline(String label, String wgsl, String entryPoint, Map<String, Integer> constants);

    BindGroup createBindGroup(Pipeline pipeline, List<Binding> bindings);

    /** Writes bytes, a multiple of 4 and of direct memory, before the next pass. */
    void write(Buffer buffer, long offset, ByteBuffer bytes);

    /** Adds a dispatch of {@code columns · rows} workgroups to the pass that {@link #submit} will end. */
    void dispatch(Pipeline pipeline, BindGroup group, int columns, int rows);

    /** Adds a dispatch of at least so many workgroups, in as many rows as it takes: WebGPU allows 65,535 in one. */
    default void dispatch(Pipeline pipeline, BindGroup group, int workgroups) {
        int rows = (workgroups + MOST_IN_A_ROW - 1) / MOST_IN_A_ROW;
        dispatch(pipeline, group, (workgroups + rows - 1) / rows, rows);
    }

    /** Adds bytes, a multiple of 4, to what is read back when the pass that {@link #submit} will end is done. */
    void read(Buffer buffer, long offset, int bytes);

    /** Sends the pass off. */
    void submit();

    /** Runs the action when what was submitted is done and its result has come, or the device is lost. */
    void whenDone(Runnable action);

    /**
     * What was last read back, little-endian; valid until the next {@link #submit}.
     *
     * @throws dev.demitasse.backend.DeviceLostException if the device was lost
     */
    ByteBuffer result();
}
