package dev.demitasse.webgpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.BackendLoader;
import dev.demitasse.backend.Backend;
import dev.demitasse.backend.KvType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the backend asks of a device for one token. */
class DispatchesTest {
    private static final int LAYERS = 4;
    private static final int CONTEXT = 300;

    /** Does nothing but count. */
    private static final class CountingDevice implements Device {
        int made;
        int writes;
        int dispatches;
        int submissions;
        int resultBytes;

        private record Made() implements Buffer, Pipeline, BindGroup {}

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

    @ParameterizedTest
    @ValueSource(strings = {"llama", "smollm3"})
    void nineDispatchesALayerInOneSubmission(String model) {
        CountingDevice device = new CountingDevice();
        Shaders shaders = new Shaders(Shaders.FILES.stream().collect(Collectors.toMap(name -> name, name -> "")));
        Backend backend = BackendLoader.load(
                BackendLoader.tinyModel(model),
                CONTEXT,
                (plan, context) -> new WebGpuBackend(plan, context, 8, KvType.F16, device, shaders));
        for (int candidates : new int[] {1, 256}) {
            backend.candidates(candidates);
            device.made = device.writes = device.dispatches = device.submissions = 0;
            // So far on that the positions are shared out, which takes a dispatch more.
            backend.forward(new int[] {1}, 0, 1, CONTEXT - 1, 1);
            assertEquals(0, device.made);
            assertEquals(1, device.writes);
            assertEquals(1, device.submissions);
            assertTrue(device.resultBytes <= 4096, "read back: " + device.resultBytes);
            // embedding, last row, norm, matrix; the greatest, and one or two more to find the likeliest
            int others = candidates == 1 ? 6 : 7;
            assertEquals(9 * LAYERS + others, device.dispatches);
        }
    }
}
