package dev.demitasse.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.TestWeights;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.model.ModelInfo;
import dev.demitasse.plan.Buffer.Rows;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Checks the arena of SmolLM2's plan by a simulation of its operations. */
class MemoryPlanTest {
    private static final int BATCH = 32;
    private static final int LAST = 4;

    @Test
    void noBufferIsOverwrittenBeforeItsLastUse() {
        ByteBuffer file = TestWeights.map(TestWeights.smolLm2());
        Plan plan = ModelInfo.of(Gguf.parse(file, file.capacity()), 0).plan();
        MemoryPlan memory = MemoryPlan.of(plan, BATCH, LAST);
        List<Op> ops = new ArrayList<>(plan.body());
        ops.addAll(plan.finalNorm());
        ops.addAll(plan.head());

        // Each element of the arena has the id of the buffer that was last written to it.
        int[] owner = new int[memory.size()];
        long all = 0;
        for (Op op : ops) {
            for (Buffer in : op.inputs()) {
                assertHolds(owner, memory, in, op);
            }
            Buffer out = op.out();
            for (Buffer in : op.inputs()) {
                assertFalse(overlap(memory, in, out), op + " writes over its input " + in);
            }
            Arrays.fill(owner, memory.offset(out), memory.offset(out) + length(out), out.id());
            all += length(out);
        }
        assertHolds(owner, memory, plan.logits(), ops.get(ops.size() - 1));
        assertTrue(memory.size() < all / 20, memory.size() + " of " + all + " elements");
    }

    private static void assertHolds(int[] owner, MemoryPlan memory, Buffer buffer, Op op) {
        for (int i = 0; i < length(buffer); i++) {
            assertEquals(buffer.id(), owner[memory.offset(buffer) + i], () -> op + " finds " + buffer + " overwritten");
        }
    }

    private static boolean overlap(MemoryPlan memory, Buffer a, Buffer b) {
        return memory.offset(a) < memory.offset(b) + length(b) && memory.offset(b) < memory.offset(a) + length(a);
    }

    private static int length(Buffer buffer) {
        return buffer.width() * (buffer.rows() == Rows.BATCH ? BATCH : LAST);
    }
}
