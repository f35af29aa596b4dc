package dev.demitasse.plan;

import dev.demitasse.plan.Buffer.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Places all activations of a plan in one arena. Buffers whose lifetimes don't meet share memory; the largest is placed
 * first, each at the lowest free offset (greedy by size: Pisarchyk and Lee 2020, "Efficient Memory Management for Deep
 * Neural Net Inference").
 */
public final class MemoryPlan {
    private static final int ALIGNMENT = 16;

    private final int[] offsets;
    private final int size;

    private MemoryPlan(int[] offsets, int size) {
        this.offsets = offsets;
        this.size = size;
    }

    /**
     * @param batch most rows of a batch
     * @throws ArithmeticException if the arena would pass 2³¹ elements
     */
    public static MemoryPlan of(Plan plan, int batch) {
        List<Placed> all = lifetimes(plan, batch);
        all.sort(Comparator.comparingInt((Placed p) -> p.length).reversed());
        List<Placed> placed = new ArrayList<>();
        int[] offsets = new int[plan.buffers().size()];
        int size = 0;
        for (Placed next : all) {
            for (Placed other : placed) { // by offset
                if (other.overlapsInTime(next) && other.offset < next.end() && next.offset < other.end()) {
                    next.offset = other.end();
                }
            }
            placed.add(next);
            placed.sort(Comparator.comparingInt(p -> p.offset));
            offsets[next.buffer.id()] = next.offset;
            size = Math.max(size, next.end());
        }
        return new MemoryPlan(offsets, size);
    }

    /** First element of a buffer in the arena; a multiple of 16, as is the room it has. */
    public int offset(Buffer buffer) {
        return offsets[buffer.id()];
    }

    /** Elements of the arena. */
    public int size() {
        return size;
    }

    /** A whole number of cache lines: vectors may run past a buffer's end, and threads don't meet in one. */
    private static int aligned(int elements) {
        return Math.addExact(elements, ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private static List<Placed> lifetimes(Plan plan, int batch) {
        Placed[] lifetimes = new Placed[plan.buffers().size()];
        List<Op> ops = new ArrayList<>(plan.body());
        ops.addAll(plan.head());
        for (int step = 0; step < ops.size(); step++) {
            Op op = ops.get(step);
            int rows = op.out().rows() == Rows.BATCH ? batch : 1;
            lifetimes[op.out().id()] =
                    new Placed(op.out(), aligned(Math.multiplyExact(op.out().width(), rows)), step);
            for (Buffer in : op.inputs()) {
                lifetimes[in.id()].lastUse = step;
            }
        }
        lifetimes[plan.logits().id()].lastUse = ops.size();
        return new ArrayList<>(Arrays.asList(lifetimes));
    }

    /** A buffer, when it lives and where it lies. */
    private static final class Placed {
        final Buffer buffer;
        final int length;
        final int firstUse;
        int lastUse;
        int offset;

        Placed(Buffer buffer, int length, int firstUse) {
            this.buffer = buffer;
            this.length = length;
            this.firstUse = firstUse;
            this.lastUse = firstUse;
        }

        boolean overlapsInTime(Placed other) {
            return firstUse <= other.lastUse && other.firstUse <= lastUse;
        }

        int end() {
            return Math.addExact(offset, length);
        }
    }
}
