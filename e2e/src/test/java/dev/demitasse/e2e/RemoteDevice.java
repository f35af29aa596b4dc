package dev.demitasse.e2e;

import com.microsoft.playwright.Page;
import dev.demitasse.webgpu.Device;
import dev.demitasse.webgpu.Shaders;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A WebGPU device in a page. Requests are collected, and sent when a result is needed. */
public final class RemoteDevice implements Device {
    /** Characters of collected requests after which they are sent. */
    private static final int MAX_WAITING = 8 << 20;

    private final Page page;
    private final long maxBindingBytes;
    private final boolean software;
    private final List<List<Object>> waiting = new ArrayList<>();
    private int waitingCharacters;
    private int lastId;

    private record Numbered(int id) implements Buffer, Pipeline, BindGroup {}

    /**
     * Creates a device, which replaces the previous one of the page.
     *
     * @param page a page of a secure context
     * @param maxBindingBytes maximum size of a binding
     * @param software whether the device says that it computes on the CPU
     */
    public RemoteDevice(Page page, long maxBindingBytes, boolean software) {
        this.page = page;
        this.maxBindingBytes = maxBindingBytes;
        this.software = software;
        if (page.evaluate("() => typeof runOnGpu").equals("undefined")) {
            page.evaluate(
                    "(script) => import(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })))",
                    text(RemoteDevice.class, "gpu.js"));
        }
        send("reset");
    }

    /** Returns the sources of the kernels, from the class path. */
    public static Shaders shaders() {
        Map<String, String> files = new HashMap<>();
        for (String name : Shaders.FILES) {
            files.put(name, text(Shaders.class, name + ".wgsl"));
        }
        return new Shaders(files);
    }

    private static String text(Class<?> neighbour, String name) {
        try (InputStream source = neighbour.getResourceAsStream(name)) {
            return new String(source.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void send(Object... request) {
        waiting.add(Arrays.asList(request));
    }

    private String flush() {
        String answer = (String) page.evaluate("(list) => runOnGpu(list)", waiting);
        waiting.clear();
        waitingCharacters = 0;
        return answer;
    }

    private static int id(Object numbered) {
        return ((Numbered) numbered).id;
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
        Numbered buffer = new Numbered(++lastId);
        send("buffer", buffer.id, label, (double) bytes, false);
        return buffer;
    }

    @Override
    public void destroy(Buffer buffer) {
        send("destroy", id(buffer));
    }

    @Override
    public void copy(Buffer source, Buffer target, long bytes) {
        send("copy", id(source), id(target), (double) bytes);
    }

    @Override
    public Buffer createUniforms(String label, int bytes) {
        Numbered buffer = new Numbered(++lastId);
        send("buffer", buffer.id, label, bytes, true);
        return buffer;
    }

    @Override
    public Pipeline createPipeline(String label, String wgsl, String entryPoint, Map<String, Integer> overrides) {
        Numbered pipeline = new Numbered(++lastId);
        send("pipeline", pipeline.id, label, wgsl, entryPoint, overrides);
        return pipeline;
    }

    @Override
    public BindGroup createBindGroup(Pipeline pipeline, List<Binding> bindings) {
        Numbered group = new Numbered(++lastId);
        List<List<Object>> entries = new ArrayList<>();
        for (Binding b : bindings) {
            entries.add(List.of(b.slot().number(), id(b.buffer()), b.offset(), (double) b.bytes()));
        }
        send("group", group.id, id(pipeline), entries);
        return group;
    }

    @Override
    public void write(Buffer buffer, long offset, ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        String text = Base64.getEncoder().encodeToString(copy);
        send("write", id(buffer), (double) offset, text);
        waitingCharacters += text.length();
    }

    @Override
    public void dispatch(Pipeline pipeline, BindGroup group, int columns, int rows) {
        send("dispatch", id(pipeline), id(group), columns, rows);
    }

    @Override
    public void read(Buffer buffer, long offset, int bytes) {
        send("read", id(buffer), (double) offset, bytes);
    }

    @Override
    public void submit() {
        send("submit");
        if (waitingCharacters > MAX_WAITING) {
            flush();
        }
    }

    @Override
    public void whenDone(Runnable action) {
        action.run();
    }

    @Override
    public ByteBuffer result() {
        return ByteBuffer.wrap(Base64.getDecoder().decode(flush())).order(ByteOrder.LITTLE_ENDIAN);
    }
}
