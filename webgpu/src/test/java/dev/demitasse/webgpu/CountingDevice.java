package dev.demitasse.webgpu;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Does nothing but count. */
class CountingDevice implements Device {
    static final Shaders NO_SHADERS =
            new Shaders(Shaders.FILES.stream().collect(Collectors.toMap(name -> name, name -> "")));

    int made;
    int writes;
    int dispatches;
    int submissions;
    int resultBytes;

    private static final class Made implements Buffer, Pipeline, BindGroup {}

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
    public Pipeline createPipeline(String label, String wgsl, String entryPoint, Map<String, Integer> constants) {
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
