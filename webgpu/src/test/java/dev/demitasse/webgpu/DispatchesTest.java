package dev.demitasse.webgpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.BackendLoader;
import dev.demitasse.backend.Backend;
import dev.demitasse.backend.Batch;
import dev.demitasse.backend.KvType;
import dev.demitasse.backend.Outputs;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Counts the calls of a device for one token. */
class DispatchesTest {
    private static final int LAYERS = 4;
    private static final int CONTEXT = 300;

    @ParameterizedTest
    @ValueSource(strings = {"llama", "smollm3"})
    void nineDispatchesALayerInOneSubmission(String model) {
        CountingDevice device = new CountingDevice();
        Backend backend = BackendLoader.load(
                BackendLoader.tinyModel(model),
                CONTEXT,
                (plan, context) -> new WebGpuBackend(plan, context, 8, KvType.F16, device, CountingDevice.SHADERS));
        for (int topK : new int[] {1, 256}) {
            device.made = device.writes = device.dispatches = device.submissions = 0;
            // At this position, attention has several splits, which takes one more dispatch.
            backend.forward(new Batch(new int[] {1}, 0, 1, CONTEXT - 1), Outputs.topLogits(topK));
            assertEquals(0, device.made);
            assertEquals(1, device.writes);
            assertEquals(1, device.submissions);
            assertTrue(device.resultBytes <= 4096, "read back: " + device.resultBytes);
            // Embedding, last row, norm, matrix; the maxima of the splits, and one or two more for the top logits.
            int others = topK == 1 ? 6 : 7;
            assertEquals(9 * LAYERS + others, device.dispatches);
        }
    }
}
