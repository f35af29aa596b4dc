package dev.demitasse.webgpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.BackendLoader;
import dev.demitasse.backend.Batch;
import dev.demitasse.backend.KvType;
import dev.demitasse.backend.Outputs;
import dev.demitasse.backend.Pass;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** A batch is submitted in parts, and can be abandoned between them. */
class PartsOfAPassTest {
    private static final int BATCH = 128;
    /** Enough positions that keys and values are copied in several rounds when the cache grows. */
    private static final int LONG = 1 << 20;

    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private final List<Device.BindGroup> dispatched = new ArrayList<>();
    private final RecordingDevice device = new RecordingDevice();
    private final WebGpuBackend backend = (WebGpuBackend) BackendLoader.load(
            BackendLoader.tinyModel("llama"),
            2 * LONG,
            (plan, context) -> new WebGpuBackend(plan, context, BATCH, KvType.F16, device, CountingDevice.SHADERS));

    /** A device whose work is done when the test runs the waiting actions. */
    private final class RecordingDevice extends CountingDevice {
        @Override
        public void dispatch(Pipeline pipeline, BindGroup group, int columns, int rows) {
            dispatched.add(group);
        }

        @Override
        public void whenDone(Runnable action) {
            waiting.add(action);
        }
    }

    private Pass pass;

    /** Begins a pass; the element is true when it is done. */
    private boolean[] forward(int position) {
        device.submissions = 0;
        dispatched.clear();
        pass = backend.forward(new Batch(new int[BATCH], 0, BATCH, position), Outputs.LOGITS);
        boolean[] done = {false};
        pass.whenDone(() -> done[0] = true);
        return done;
    }

    private void finish(boolean[] done) {
        while (!waiting.isEmpty()) {
            assertFalse(done[0]);
            waiting.remove().run();
        }
        assertTrue(done[0]);
    }

    @Test
    void twoPartsAreUnderWay() {
        boolean[] done = forward(0);
        assertEquals(2, device.submissions);
        assertEquals(2, waiting.size());
        waiting.remove().run();
        assertEquals(3, device.submissions);
        assertEquals(2, waiting.size());
        assertThrows(IllegalStateException.class, () -> forward(BATCH));
        finish(done);
    }

    @Test
    void partsTogetherAreThePass() {
        finish(forward(0));
        List<Device.BindGroup> first = List.copyOf(dispatched);
        finish(forward(BATCH));
        assertEquals(first, dispatched);
    }

    @Test
    void sizesFollowTheDevice() {
        PartSize size = new PartSize();
        int first = size.dispatches(BATCH);
        size.took(first, BATCH, 0, 1_000_000);
        assertEquals(2 * first, size.dispatches(BATCH));
        assertEquals(4 * first, size.dispatches(BATCH / 2));
        // It waited for the part before, and took 40 ms of the 50 that it may.
        size.took(2 * first, BATCH, 500_000, 41_000_000);
        assertEquals(first * 5 / 2, size.dispatches(BATCH));
        size.took(first, BATCH, 41_000_000, 10_000_000_000L);
        assertEquals(first * 5 / 4, size.dispatches(BATCH));
        for (long second = 11; second < 30; second++) {
            size.took(1, BATCH, second * 1_000_000_000, (second + 1) * 1_000_000_000);
        }
        assertEquals(1, size.dispatches(BATCH));
    }

    @Test
    void aPassIsAbandoned() {
        boolean[] abandoned = forward(0);
        assertTrue(pass.abandon());
        waiting.remove().run();
        assertTrue(abandoned[0]);
        assertEquals(2, device.submissions);
        assertFalse(pass.abandon());
        boolean[] done = forward(0); // while a part of the other is still under way
        assertEquals(2, device.submissions);
        finish(done);
    }

    @Test
    void aPassIsAbandonedWhileTheCacheGrows() {
        finish(forward(LONG - BATCH));
        boolean[] abandoned = forward(2 * LONG - BATCH);
        assertEquals(0, device.submissions);
        assertTrue(pass.abandon());
        finish(abandoned);
        assertEquals(0, device.submissions);
        finish(forward(LONG));
    }
}
