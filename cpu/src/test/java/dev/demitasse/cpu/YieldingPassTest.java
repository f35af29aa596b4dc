package dev.demitasse.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.BackendLoader;
import dev.demitasse.backend.Backend;
import dev.demitasse.backend.Batch;
import dev.demitasse.backend.KvType;
import dev.demitasse.backend.Outputs;
import dev.demitasse.backend.Pass;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tests that a long pass yields to other tasks between layers, and can be abandoned there. */
class YieldingPassTest {
    /** Actions that run after a yield. */
    private final Queue<Runnable> yielded = new ArrayDeque<>();

    private final int[] tokens = new Random(4).ints(60, 0, 288).toArray();

    /** A runtime so slow that a pass yields after each part. */
    private final class Slow extends WrappedKernelRuntime {
        Slow(KernelRuntime runtime) {
            super(runtime);
        }

        @Override
        public void start() {
            try {
                Thread.sleep(40);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            super.start();
        }

        @Override
        public boolean yieldThen(Runnable action) {
            yielded.add(action);
            return true;
        }
    }

    private Backend backend(Node node, boolean isSlow) {
        KernelRuntime.Factory runtimes = RemoteKernelRuntime.factory(node, new Variant(true, false, 2));
        return BackendLoader.load(
                BackendLoader.tinyModel("llama"),
                128,
                (plan, context) -> new CpuBackend(
                        plan,
                        context,
                        16,
                        KvType.F16,
                        isSlow ? WrappedKernelRuntime.factory(runtimes, Slow::new) : runtimes));
    }

    /** Runs a pass to its end, and returns how often it yielded. */
    private int finish(Pass pass) {
        boolean[] done = {false};
        pass.whenDone(() -> done[0] = true);
        int yields = 0;
        while (!done[0]) {
            yielded.remove().run();
            yields++;
        }
        return yields;
    }

    @Test
    void yieldingDoesNotChangeResults() {
        float[] expected;
        float[] hidden;
        try (Node node = new Node()) {
            Backend whole = backend(node, false);
            whole.forward(new Batch(tokens, 0, 16, 0), Outputs.NONE);
            expected = whole.forward(new Batch(tokens, 16, 30, 16), Outputs.LOGITS)
                    .logits(0)
                    .clone();
            hidden = whole.forward(new Batch(tokens, 0, 9, 0), Outputs.HIDDEN_STATES)
                    .hiddenStates();
        }
        try (Node node = new Node()) {
            Backend slow = backend(node, true);
            assertTrue(finish(slow.forward(new Batch(tokens, 0, 16, 0), Outputs.NONE)) > 1);
            Pass second = slow.forward(new Batch(tokens, 16, 30, 16), Outputs.LOGITS);
            finish(second);
            assertArrayEquals(expected, second.logits(0));
            Pass embedding = slow.forward(new Batch(tokens, 0, 9, 0), Outputs.HIDDEN_STATES);
            finish(embedding);
            assertArrayEquals(hidden, embedding.hiddenStates());
        }
    }

    @Test
    void abandonedPassHasNoEffect() {
        float[] expected;
        try (Node node = new Node()) {
            Backend whole = backend(node, false);
            whole.forward(new Batch(tokens, 0, 16, 0), Outputs.NONE);
            expected = whole.forward(new Batch(tokens, 40, 50, 16), Outputs.LOGITS)
                    .logits(0)
                    .clone();
        }
        try (Node node = new Node()) {
            Backend slow = backend(node, true);
            Pass first = slow.forward(new Batch(tokens, 0, 16, 0), Outputs.NONE);
            finish(first);
            assertFalse(first.abandon());
            Pass abandoned = slow.forward(new Batch(tokens, 16, 30, 16), Outputs.LOGITS);
            assertThrows(IllegalStateException.class, () -> slow.forward(new Batch(tokens, 0, 1, 0), Outputs.NONE));
            boolean[] done = {false};
            abandoned.whenDone(() -> done[0] = true);
            assertFalse(done[0]);
            assertTrue(abandoned.abandon());
            assertFalse(abandoned.abandon());
            assertThrows(IllegalStateException.class, () -> abandoned.logits(0));
            assertEquals(1, yielded.size());
            yielded.remove().run();
            assertTrue(done[0]);
            assertEquals(0, yielded.size());
            Pass other = slow.forward(new Batch(tokens, 40, 50, 16), Outputs.LOGITS);
            finish(other);
            assertArrayEquals(expected, other.logits(0));
        }
    }
}
