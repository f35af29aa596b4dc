package dev.demitasse.webgpu;

import dev.demitasse.plan.Buffer;
import dev.demitasse.plan.MemoryPlan;
import dev.demitasse.plan.Op;
import dev.demitasse.plan.Plan;
import dev.demitasse.plan.Rotary;
import dev.demitasse.plan.Weight;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The GPU's memory beside the weights: activations, keys and values, what changes from pass to pass, and results. */
final class GpuMemory {
    /** Angles of the batch's positions: cosines and sines in turns, {@code [token, pairs, 2]}, from this word of the step's data. */
    record RotaryTable(Rotary rotary, @Nullable Weight frequencyFactors, int word) {}

    /** Rows of activations in the arena, in float32s. */
    record View(int offset, int stride) {
        int quad() {
            return offset / 4;
        }

        int strideQuads() {
            return stride / 4;
        }
    }

    /** Words of a step before its data. */
    static final int STEP_HEAD = 4;

    /** Most tokens that {@code select.wgsl} lists, and the bytes of its result: a head, and an id and a logit for each. */
    static final int MOST_CANDIDATES = 256;

    static final int RESULT_HEAD_BYTES = 16;
    static final int RESULT_BYTES = RESULT_HEAD_BYTES + 8 * MOST_CANDIDATES;

    /** Most workgroups that share the positions of one token's attention. */
    static final int MOST_SHARES = 32;

    /** Workgroups that share the logits. */
    static final int SELECT_SHARES = 64;

    private static final int SELECT_SCRATCH_BYTES = 4 * (1024 + 3 * SELECT_SHARES);

    /** Numbers of bindings, the same in all kernels. */
    private static final int ARENA = 3;

    private static final int STEP = 5;
    private static final int SCRATCH = 6;
    private static final int RESULT = 7;

    private final Plan plan;
    private final Fusion fusion;
    private final int batchSize;
    private final MemoryPlan buffers;
    private final Device.Buffer arena;
    private final long arenaBytes;
    private final Device.Buffer step;
    private final int stepWords;
    private final KvCache kvCache;
    private final Device.Buffer scratch;
    private final Device.Buffer result;
    private final List<RotaryTable> rotaryTables = new ArrayList<>();

    /** @throws IllegalArgumentException if something is, or would become, larger than the GPU can bind, or heads have no kernel */
    GpuMemory(Plan plan, Fusion fusion, KvCache kvCache, int batchSize, Device device, Weights weights) {
        this.plan = plan;
        this.fusion = fusion;
        this.batchSize = batchSize;
        this.kvCache = kvCache;
        List<MemoryPlan.Use> uses = new ArrayList<>();
        fusion.body().forEach(s -> uses.add(s.use()));
        fusion.finalNorm().forEach(s -> uses.add(s.use()));
        fusion.head().forEach(s -> uses.add(s.use()));
        buffers = MemoryPlan.of(uses, fusion.place(plan.logits()).buffer(), batchSize, 1);
        arenaBytes = 4L * (buffers.size() + partialsSize());
        requireBindable("activations", arenaBytes, device);
        arena = device.createStorage("activations", arenaBytes);
        kvCache.requireHeads();
        requireBindable("keys of the whole context in a layer", kvCache.largestBuffer(), device);
        kvCache.replace(1, device);
        int words = 0;
        for (Op op : plan.body()) {
            if (op instanceof Op.Rope rope && rotaryTable(rope) == null) {
                rotaryTables.add(new RotaryTable(rope.rotary(), rope.frequencyFactors(), words));
                words += batchSize * rope.rotary().dimensions();
                if (rope.frequencyFactors() != null) {
                    weights.keep(rope.frequencyFactors());
                }
            }
        }
        stepWords = STEP_HEAD + words + batchSize;
        step = device.createStorage("step", 4L * stepWords);
        scratch = device.createStorage("selection", SELECT_SCRATCH_BYTES);
        result = device.createStorage("result", RESULT_BYTES);
    }

    private static void requireBindable(String what, long bytes, Device device) {
        if (bytes > device.maxBindingBytes()) {
            throw new IllegalArgumentException(
                    what + " take " + bytes + " bytes; the GPU binds " + device.maxBindingBytes() + " at most");
        }
    }

    /** Keys and values. */
    KvCache kvCache() {
        return kvCache;
    }

    /** Float32s that the shares of one token's attention leave. */
    private int partialsSize() {
        int most = 0;
        for (Op.Attention attention : plan.attention()) {
            most = Math.max(most, attention.heads() * MOST_SHARES * (attention.headSize() + 4));
        }
        return most;
    }

    @Nullable
    RotaryTable rotaryTable(Op.Rope rope) {
        for (RotaryTable table : rotaryTables) {
            if (table.rotary == rope.rotary() && table.frequencyFactors == rope.frequencyFactors()) {
                return table;
            }
        }
        return null;
    }

    List<RotaryTable> rotaryTables() {
        return rotaryTables;
    }

    Device.Buffer step() {
        return step;
    }

    /** Words of the step's buffer, head and data. */
    int stepWords() {
        return stepWords;
    }

    /** Word of the step's data where ids begin. */
    int firstToken() {
        return stepWords - STEP_HEAD - batchSize;
    }

    Device.Buffer arena() {
        return arena;
    }

    /** Where logits lie in the arena, in bytes. */
    long logitsOffset() {
        return 4L * view(plan.logits()).offset;
    }

    /** What {@code select.wgsl} writes. */
    Device.Buffer result() {
        return result;
    }

    View view(Buffer buffer) {
        if (buffer.width() % 4 != 0) {
            throw new IllegalArgumentException(
                    buffer.name() + " has " + buffer.width() + " elements a row; the GPU kernels need a multiple of 4");
        }
        Fusion.Place place = fusion.place(buffer);
        return new View(
                buffers.offset(place.buffer()) + place.column(), place.buffer().width());
    }

    /** Where in the arena shares of attention are left, in float32s. */
    int partials() {
        return buffers.size();
    }

    Device.Binding bindArena() {
        return new Device.Binding(ARENA, arena, 0, arenaBytes);
    }

    Device.Binding bindStep() {
        return new Device.Binding(STEP, step, 0, 4L * stepWords);
    }

    Device.Binding bindScratch() {
        return new Device.Binding(SCRATCH, scratch, 0, SELECT_SCRATCH_BYTES);
    }

    Device.Binding bindResult() {
        return new Device.Binding(RESULT, result, 0, RESULT_BYTES);
    }
}
