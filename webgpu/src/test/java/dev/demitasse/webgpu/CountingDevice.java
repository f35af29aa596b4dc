package dev.demitasse.webgpu;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A device that only counts the calls. */
class CountingDevice implements Device {
    static final Shaders SHADERS =
            new Shaders(Shaders.FILES.stream().collect(Collectors.toMap(name -> name, CountingDevice::text)));

    int made;
    int writes;
    int dispatches;
    int submissions;
    int resultBytes;

    private static final class Made implements Buffer, Pipeline, BindGroup {}

    private static String text(String name) {
        try (InputStream file = Shaders.class.getResourceAsStream(name + ".wgsl")) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Made make() {
        made++;
        return new Made();
    }

    @Override
    public long maxBindingBytes() {
        return 1 << 27;
    }

    @Override
    public boolean isSoftware() {
        return false;
    }

    @Override
    public Buffer createStorage(String label, long bytes) {
        return make();
    }

    @Override
    public void destroy(Buffer buffer) {}

    @Override
    public void copy(Buffer source, Buffer target, long bytes) {}

    @Override
    public Buffer createUniforms(String label, int bytes) {
        return make();
    }

    @Override
    public Pipeline createPipeline(String label, String wgsl, String entryPoint, Map<String, Integer> overrides) {
        return make();
    }

    @Override
    public BindGroup createBindGroup(Pipeline pipeline, List<Binding> bindings) {
        return make();
    }

    @Override
    public void write(Buffer buffer, long offset, ByteBuffer bytes) {
        writes++;
    }

    @Override
    public void dispatch(Pipeline pipeline, BindGroup group, int columns, int rows) {
        dispatches++;
    }

    @Override
    public void read(Buffer buffer, long offset, int bytes) {
        resultBytes = bytes;
    }

    @Override
    public void submit() {
        submissions++;
    }

    @Override
    public void whenDone(Runnable action) {
        action.run();
    }

    @Override
    public ByteBuffer result() {
        return ByteBuffer.allocate(resultBytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
