package dev.demitasse.webgpu;

import dev.demitasse.plan.Buffer;
import dev.demitasse.plan.MemoryPlan;
import dev.demitasse.plan.Op;
import dev.demitasse.plan.Plan;

/** The buffers of a backend besides matrices and parameters: activations, keys and values, inputs of a pass, and top logits. */
final class GpuMemory {
    /**
     * The rows of an activation in the arena.
     *
     * @param offset of the first row, in float32s
     * @param stride from one row to the next, in float32s
     */
    record View(int offset, int stride) {
        int offsetVec4s() {
            return offset / 4;
        }

        int strideVec4s() {
            return stride / 4;
        }
    }

    /** Maximum number of splits of the positions in one token's attention. */
    static final int MAX_SPLITS = 32;

    private final Fusion fusion;
    private final MemoryPlan buffers;
    private final Device.Buffer arena;
    private final long arenaBytes;
    private final KvCache kvCache;
    private final BatchInputs batchInputs;
    private final Weights weights;
    private final Device.Binding scratch;
    private final Device.Binding result;

    /**
     * Places the activations and creates the buffers.
     *
     * @throws IllegalArgumentException if a buffer is, or would become, larger than the GPU can bind, or the kernels don't support a
     *     head size
     */
    GpuMemory(
            Plan plan, Fusion fusion, KvCache kvCache, int batchSize, Device device, Weights weights, Kernels kernels) {
        this.fusion = fusion;
        this.kvCache = kvCache;
        this.weights = weights;
        buffers = MemoryPlan.of(fusion.uses(), fusion.place(plan.logits()).buffer(), batchSize, 1);
        arenaBytes = 4L * (buffers.size() + partialsSize(plan));
        requireBindable("activations", arenaBytes, device);
        arena = device.createStorage("activations", arenaBytes);
        kvCache.requireHeads();
        requireBindable("keys of the whole context in a layer", kvCache.largestBuffer(), device);
        kvCache.replace(1, device);
        WgslStruct struct = kernels.struct(KernelSource.ELEMENTWISE, "BatchInputs");
        batchInputs = new BatchInputs(plan, batchSize, struct, device, weights);
        int scratchBytes = kernels.struct(KernelSource.SELECT, "Scratch").bytes(Size.LOGIT_SPLITS.value());
        scratch = createAndBind(Slot.SCRATCH, scratchBytes, device);
        int resultBytes = kernels.struct(KernelSource.SELECT, "Result").bytes(Size.MAX_TOP_K.value());
        result = createAndBind(Slot.RESULT, resultBytes, device);
    }

    private static void requireBindable(String what, long bytes, Device device) {
        if (bytes > device.maxBindingBytes()) {
            throw new IllegalArgumentException(
                    what + " take " + bytes + " bytes; the GPU binds " + device.maxBindingBytes() + " at most");
        }
    }

    private static Device.Binding createAndBind(Slot slot, int bytes, Device device) {
        return new Device.Binding(slot, device.createStorage(slot.variable(), bytes), 0, bytes);
    }

    /** Returns the float32s for the partial results of a token's attention: of each split, a head's sum, its maximum score and weight. */
    private static int partialsSize(Plan plan) {
        int size = 0;
        for (Op.Attention attention : plan.attention()) {
            size = Math.max(size, attention.heads() * MAX_SPLITS * (attention.headSize() + 4));
        }
        return size;
    }

    KvCache kvCache() {
        return kvCache;
    }

    BatchInputs batchInputs() {
        return batchInputs;
    }

    Device.Buffer arena() {
        return arena;
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

    /** Returns the offset of the partial results of attention in the arena, in float32s. */
    int partials() {
        return buffers.size();
    }

    /**
     * Returns the binding of a slot whose buffer is the same in all dispatches. That of vectors is made on the first call, when their number
     * must be known.
     *
     * @throws IllegalArgumentException for any other slot
     */
    Device.Binding bind(Slot slot) {
        return switch (slot) {
            case ARENA -> new Device.Binding(slot, arena, 0, arenaBytes);
            case VECTORS -> new Device.Binding(slot, weights.allocateVectors(), 0, weights.vectorBytes());
            case BATCH -> batchInputs.bind();
            case SCRATCH -> scratch;
            case RESULT -> result;
            case PARAMS, PLANES_U32, PLANES_VEC4U, KEYS, VALUES, BLOCKS ->
                throw new IllegalArgumentException("each dispatch must give the buffer of slot " + slot);
        };
    }
}
