package dev.demitasse.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.BackendLoader;
import dev.demitasse.backend.Backend;
import dev.demitasse.backend.KvType;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Passes that take long give others a turn between layers, and can be dropped there. */
class PartsOfAPassTest {
    private final Queue<Runnable> later = new ArrayDeque<>();
    private final int[] tokens = new Random(4).ints(60, 0, 288).toArray();

    /** A machine so slow that each part of a pass takes more than a turn. */
    private final class Slow extends WrappedMachine {
        Slow(Machine machine) {
            super(machine);
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
        public boolean later(Runnable action) {
            later.add(action);
            return true;
        }
    }

    private Backend backend(Node node, boolean isSlow) {
        Machine.Factory machines = RemoteMachine.factory(node, new Variant(true, false, 2));
        return BackendLoader.load(
                BackendLoader.tinyModel("llama"),
                128,
                (plan, context) -> new CpuBackend(
                        plan,
                        context,
                        16,
                        KvType.F16,
                        isSlow ? WrappedMachine.factory(machines, Slow::new) : machines));
    }

    /** Lets a pass go on to its end. */
    private int finish(Backend backend) {
        boolean[] done = {false};
        backend.whenDone(() -> done[0] = true);
        int turns = 0;
        while (!done[0]) {
            later.remove().run();
            turns++;
        }
        return turns;
    }

    @Test
    void resultsAreThoseOfAPassInOne() {
        float[] expected;
        float[] hidden;
        try (Node node = new Node()) {
            Backend whole = backend(node, false);
            whole.forward(tokens, 0, 16, 0, 0);
            whole.forward(tokens, 16, 30, 16, 1);
            expected = whole.logits(0).clone();
            whole.embed(tokens, 0, 9, 0);
            hidden = whole.hidden();
        }
        try (Node node = new Node()) {
            Backend slow = backend(node, true);
            slow.forward(tokens, 0, 16, 0, 0);
            assertTrue(finish(slow) > 1);
            slow.forward(tokens, 16, 30, 16, 1);
            finish(slow);
            assertArrayEquals(expected, slow.logits(0));
            slow.embed(tokens, 0, 9, 0);
            finish(slow);
            assertArrayEquals(hidden, slow.hidden());
        }
    }

    @Test
    void aPassIsDropped() {
        float[] expected;
        try (Node node = new Node()) {
            Backend whole = backend(node, false);
            whole.forward(tokens, 0, 16, 0, 0);
            whole.forward(tokens, 40, 50, 16, 1);
            expected = whole.logits(0).clone();
        }
        try (Node node = new Node()) {
            Backend slow = backend(node, true);
            slow.forward(tokens, 0, 16, 0, 0);
            finish(slow);
            assertFalse(slow.abandon());
            slow.forward(tokens, 16, 30, 16, 1);
            boolean[] done = {false};
            slow.whenDone(() -> done[0] = true);
            assertFalse(done[0]);
            assertTrue(slow.abandon());
            assertEquals(1, later.size());
            later.remove().run();
            assertTrue(done[0]);
            assertEquals(0, later.size());
            slow.forward(tokens, 40, 50, 16, 1);
            finish(slow);
            assertArrayEquals(expected, slow.logits(0));
        }
    }
}
