package dev.demitasse.webgpu.js;

import dev.demitasse.backend.DeviceLostException;
import dev.demitasse.webgpu.Device;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.JSObject;
import org.teavm.jso.core.JSArray;
import org.teavm.jso.core.JSMapLike;
import org.teavm.jso.core.JSNumber;
import org.teavm.jso.core.JSObjects;
import org.teavm.jso.typedarrays.Uint8Array;

/** The browser's {@code GPUDevice}. Byte buffers must be direct: JavaScript copies from and to the engine's linear memory, which holds them. */
public final class BrowserDevice implements Device {
    private static final int MAP_READ = 0x1;
    private static final int COPY_SRC = 0x4;
    private static final int COPY_DST = 0x8;
    private static final int UNIFORM = 0x40;
    private static final int STORAGE = 0x80;
    private static final int MAP_MODE_READ = 1;

    private final GpuDevice device;
    private final boolean software;
    private final long maxBindingBytes;
    private GpuDevice.@Nullable CommandEncoder encoder;
    private GpuDevice.@Nullable ComputePass pass;
    private @Nullable Pipeline lastPipeline;
    private @Nullable Readback readback;
    private final List<Copy> copies = new ArrayList<>();
    private boolean resultPending;
    private @Nullable String lost;

    /**
     * Wraps a device.
     *
     * @param adapter the adapter that the device was requested from
     */
    public BrowserDevice(GpuDevice device, GpuAdapter adapter) {
        this.device = device;
        software = isSoftware(adapter);
        GpuLimits limits = device.getLimits();
        maxBindingBytes = (long) Math.min(limits.getMaxStorageBufferBindingSize(), limits.getMaxBufferSize());
        device.getLost().then(info -> {
            lose(info.getMessage());
            return null;
        });
        device.setOnUncapturedError(event -> lose(event.getError().getMessage()));
    }

    /** Returns whether the adapter computes on the CPU. */
    public static boolean isSoftware(GpuAdapter adapter) {
        return adapter.getInfo().isFallbackAdapter()
                || adapter.getInfo().getArchitecture().equals("swiftshader");
    }

    /** Returns the reason for which the device is unusable; null if it is usable. */
    public @Nullable String lost() {
        return lost;
    }

    private void lose(String reason) {
        if (lost == null) {
            lost = reason;
        }
    }

    /** Starts to collect errors, for example of pipelines and buffers that are created. */
    public void watch() {
        device.pushErrorScope("out-of-memory");
        device.pushErrorScope("validation");
    }

    /**
     * Ends the collection that {@link #watch} started.
     *
     * @param failed gets the message of the first error of each kind, if there is one
     */
    public void unwatch(Consumer<String> failed) {
        popErrorScope("", failed);
        popErrorScope("out of GPU memory: ", failed);
    }

    private void popErrorScope(String prefix, Consumer<String> failed) {
        device.popErrorScope().then(error -> {
            if (error != null) {
                failed.accept(prefix + error.getMessage());
            }
            return null;
        });
    }

    /** Frees the GPU's memory. */
    public void destroy() {
        device.destroy();
    }

    // Classes, since the hash code of a record would need hash codes of JavaScript objects, which have none.

    private static final class StorageOrUniforms implements Buffer {
        final GpuDevice.Buffer buffer;

        StorageOrUniforms(GpuDevice.Buffer buffer) {
            this.buffer = buffer;
        }
    }

    private static final class ComputePipeline implements Pipeline {
        final GpuDevice.Pipeline pipeline;
        final JSObject layout;

        ComputePipeline(GpuDevice.Pipeline pipeline) {
            this.pipeline = pipeline;
            layout = pipeline.getBindGroupLayout(0);
        }
    }

    private static final class Group implements BindGroup {
        final GpuDevice.BindGroup group;

        Group(GpuDevice.BindGroup group) {
            this.group = group;
        }
    }

    /** A part of a buffer that is read back. */
    private static final class Copy {
        final GpuDevice.Buffer source;
        final long offset;
        final int bytes;

        Copy(GpuDevice.Buffer source, long offset, int bytes) {
            this.source = source;
            this.offset = offset;
            this.bytes = bytes;
        }
    }

    /** The buffer that results are mapped from, and their bytes. */
    private static final class Readback {
        final GpuDevice.Buffer buffer;
        final ByteBuffer bytes;

        Readback(GpuDevice.Buffer buffer, int capacity) {
            this.buffer = buffer;
            bytes = ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    @Override
    public long maxBindingBytes() {
        return maxBindingBytes;
    }

    @Override
    public boolean isSoftware() {
        return software;
    }

    @Override
    public Buffer createStorage(String label, long bytes) {
        return new StorageOrUniforms(create(label, bytes, STORAGE | COPY_DST | COPY_SRC));
    }

    @Override
    public void destroy(Buffer buffer) {
        ((StorageOrUniforms) buffer).buffer.destroy();
    }

    @Override
    public void copy(Buffer source, Buffer target, long bytes) {
        GpuDevice.CommandEncoder copying = device.createCommandEncoder();
        copying.copyBufferToBuffer(
                ((StorageOrUniforms) source).buffer, 0, ((StorageOrUniforms) target).buffer, 0, bytes);
        submit(copying);
    }

    @Override
    public Buffer createUniforms(String label, int bytes) {
        return new StorageOrUniforms(create(label, bytes, UNIFORM | COPY_DST));
    }

    private GpuDevice.Buffer create(String label, long bytes, int usage) {
        GpuDevice.BufferDescriptor descriptor = JSObjects.create();
        descriptor.setLabel(label);
        descriptor.setSize(bytes);
        descriptor.setUsage(usage);
        return device.createBuffer(descriptor);
    }

    @Override
    public Pipeline createPipeline(String label, String wgsl, String entryPoint, Map<String, Integer> overrides) {
        GpuDevice.ShaderModuleDescriptor source = JSObjects.create();
        source.setLabel(label);
        source.setCode(wgsl);
        JSMapLike<JSNumber> values = JSObjects.create();
        overrides.forEach((name, value) -> values.set(name, JSNumber.valueOf(value)));
        GpuDevice.ProgrammableStage stage = JSObjects.create();
        stage.setModule(device.createShaderModule(source));
        stage.setEntryPoint(entryPoint);
        stage.setConstants(values);
        GpuDevice.PipelineDescriptor descriptor = JSObjects.create();
        descriptor.setLabel(label);
        descriptor.setLayout("auto");
        descriptor.setCompute(stage);
        return new ComputePipeline(device.createComputePipeline(descriptor));
    }

    @Override
    public BindGroup createBindGroup(Pipeline pipeline, List<Binding> bindings) {
        JSArray<GpuDevice.BindGroupEntry> entries = new JSArray<>();
        for (Binding binding : bindings) {
            GpuDevice.BufferBinding resource = JSObjects.create();
            resource.setBuffer(((StorageOrUniforms) binding.buffer()).buffer);
            resource.setOffset(binding.offset());
            resource.setSize(binding.bytes());
            GpuDevice.BindGroupEntry entry = JSObjects.create();
            entry.setBinding(binding.slot().number());
            entry.setResource(resource);
            entries.push(entry);
        }
        GpuDevice.BindGroupDescriptor descriptor = JSObjects.create();
        descriptor.setLayout(((ComputePipeline) pipeline).layout);
        descriptor.setEntries(entries);
        return new Group(device.createBindGroup(descriptor));
    }

    @Override
    public void write(Buffer buffer, long offset, ByteBuffer bytes) {
        device.getQueue()
                .writeBuffer(((StorageOrUniforms) buffer).buffer, offset, Uint8Array.fromJavaBuffer(bytes.slice()));
    }

    private GpuDevice.CommandEncoder encoder() {
        if (encoder == null) {
            encoder = device.createCommandEncoder();
        }
        return encoder;
    }

    @Override
    public void dispatch(Pipeline pipeline, BindGroup group, int columns, int rows) {
        GpuDevice.ComputePass open = pass;
        if (open == null) {
            open = encoder().beginComputePass();
            pass = open;
            lastPipeline = null;
        }
        if (pipeline != lastPipeline) {
            open.setPipeline(((ComputePipeline) pipeline).pipeline);
            lastPipeline = pipeline;
        }
        open.setBindGroup(0, ((Group) group).group);
        open.dispatchWorkgroups(columns, rows);
    }

    @Override
    public void read(Buffer buffer, long offset, int bytes) {
        copies.add(new Copy(((StorageOrUniforms) buffer).buffer, offset, bytes));
    }

    @Override
    public void submit() {
        if (pass != null) {
            pass.end();
            pass = null;
        }
        GpuDevice.CommandEncoder ending = encoder();
        encoder = null;
        resultPending = !copies.isEmpty();
        if (resultPending) {
            encodeCopies(ending);
        }
        submit(ending);
    }

    private void submit(GpuDevice.CommandEncoder ending) {
        JSArray<GpuDevice.CommandBuffer> buffers = new JSArray<>();
        buffers.push(ending.finish());
        device.getQueue().submit(buffers);
    }

    private void encodeCopies(GpuDevice.CommandEncoder ending) {
        int bytes = 0;
        for (Copy copy : copies) {
            bytes += copy.bytes;
        }
        Readback target = readback(bytes);
        target.bytes.clear().limit(bytes);
        int at = 0;
        for (Copy copy : copies) {
            ending.copyBufferToBuffer(copy.source, copy.offset, target.buffer, at, copy.bytes);
            at += copy.bytes;
        }
        copies.clear();
    }

    private Readback readback(int bytes) {
        Readback known = readback;
        if (known == null || known.bytes.capacity() < bytes) {
            if (known != null) {
                known.buffer.destroy();
            }
            known = new Readback(create("readback", bytes, MAP_READ | COPY_DST), bytes);
            readback = known;
        }
        return known;
    }

    @Override
    public void whenDone(Runnable action) {
        Readback source = readback;
        if (lost != null) {
            action.run();
        } else if (resultPending && source != null) {
            resultPending = false;
            int bytes = source.bytes.limit();
            source.buffer
                    .mapAsync(MAP_MODE_READ, 0, bytes)
                    .then(
                            mapped -> {
                                Uint8Array view = new Uint8Array(source.buffer.getMappedRange(0, bytes));
                                Uint8Array.fromJavaBuffer(source.bytes.slice()).set(view);
                                source.buffer.unmap();
                                action.run();
                                return null;
                            },
                            reason -> {
                                lose(((GpuDevice.GpuError) reason).getMessage());
                                action.run();
                                return null;
                            });
        } else {
            device.getQueue().onSubmittedWorkDone().then(done -> {
                action.run();
                return null;
            });
        }
    }

    @Override
    public ByteBuffer result() {
        if (lost != null) {
            throw new DeviceLostException(lost);
        }
        if (readback == null) {
            throw new IllegalStateException("nothing was read back");
        }
        return readback.bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }
}
