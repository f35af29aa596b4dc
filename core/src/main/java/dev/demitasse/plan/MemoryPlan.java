package dev.demitasse.plan;

import dev.demitasse.plan.Buffer.Rows;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Places all activations of a plan in one arena. Buffers whose lifetimes do not overlap may share memory. The largest buffer is placed
 * first, each at the lowest free offset (greedy by size: Pisarchyk and Lee 2020, "Efficient Memory Management for Deep Neural Net
 * Inference").
 */
public final class MemoryPlan {
    private static final int ALIGNMENT = 16;

    private final int[] offsets;
    private final int size;

    private MemoryPlan(int[] offsets, int size) {
        this.offsets = offsets;
        this.size = size;
    }

    /** The buffers of an operation: it writes one, which earlier operations may have written a part of, and reads others. */
    public record Use(Buffer out, List<Buffer> inputs) {}

    /**
     * Places the buffers of a plan.
     *
     * @param batch maximum number of tokens of a batch
     * @param last maximum number of tokens whose logits are computed
     * @throws ArithmeticException if the arena exceeds 2³¹ elements
     */
    public static MemoryPlan of(Plan plan, int batch, int last) {
        List<Use> uses = new ArrayList<>();
        plan.body().forEach(op -> uses.add(new Use(op.out(), op.inputs())));
        plan.finalNorm().forEach(op -> uses.add(new Use(op.out(), op.inputs())));
        plan.head().forEach(op -> uses.add(new Use(op.out(), op.inputs())));
        return of(uses, plan.logits(), batch, last);
    }

    /**
     * Places the buffers of operations in order.
     *
     * @param result a buffer that is read after the last operation
     */
    public static MemoryPlan of(List<Use> uses, Buffer result, int batch, int last) {
        List<Allocation> all = lifetimes(uses, result, batch, last);
        all.sort(Comparator.comparingInt((Allocation p) -> p.length).reversed());
        List<Allocation> placed = new ArrayList<>();
        int[] offsets =
                new int[1 + all.stream().mapToInt(p -> p.buffer.id()).max().orElse(-1)];
        int size = 0;
        for (Allocation next : all) {
            for (Allocation other : placed) { // by offset
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

    /** Returns the index of a buffer's first element in the arena; a multiple of 16, as is the space for the buffer. */
    public int offset(Buffer buffer) {
        return offsets[buffer.id()];
    }

    /** Returns the number of elements of the arena. */
    public int size() {
        return size;
    }

    /** Rounds up to whole cache lines: vectors may extend past a buffer's end, and threads do not share a line. */
    private static int aligned(int elements) {
        return Math.addExact(elements, ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private static List<Allocation> lifetimes(List<Use> uses, Buffer result, int batch, int last) {
        Map<Integer, Allocation> lifetimes = new HashMap<>();
        for (int step = 0; step < uses.size(); step++) {
            Buffer out = uses.get(step).out();
            int rows = out.rows() == Rows.BATCH ? batch : last;
            Allocation fresh = new Allocation(out, aligned(Math.multiplyExact(out.width(), rows)), step);
            lifetimes.computeIfAbsent(out.id(), id -> fresh).lastUse = step;
            for (Buffer in : uses.get(step).inputs()) {
                placed(lifetimes, in).lastUse = step;
            }
        }
        placed(lifetimes, result).lastUse = uses.size();
        return new ArrayList<>(lifetimes.values());
    }

    private static Allocation placed(Map<Integer, Allocation> lifetimes, Buffer buffer) {
        Allocation placed = lifetimes.get(buffer.id());
        if (placed == null) {
            throw new IllegalArgumentException("buffer " + buffer.name() + " is read before it is written");
        }
        return placed;
    }

    /** A buffer with its lifetime and its offset. */
    private static final class Allocation {
        final Buffer buffer;
        final int length;
        final int firstUse;
        int lastUse;
        int offset;

        Allocation(Buffer buffer, int length, int firstUse) {
            this.buffer = buffer;
            this.length = length;
            this.firstUse = firstUse;
            this.lastUse = firstUse;
        }

        boolean overlapsInTime(Allocation other) {
            return firstUse <= other.lastUse && other.firstUse <= lastUse;
        }

        int end() {
            return Math.addExact(offset, length);
        }
    }
}
