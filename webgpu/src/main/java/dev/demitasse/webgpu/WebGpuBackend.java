package dev.demitasse.webgpu;

import dev.demitasse.backend.Backend;
import dev.demitasse.backend.Batch;
import dev.demitasse.backend.DeviceLostException;
import dev.demitasse.backend.KvSnapshot;
import dev.demitasse.backend.KvTiles;
import dev.demitasse.backend.KvType;
import dev.demitasse.backend.MemoryEstimate;
import dev.demitasse.backend.Outputs;
import dev.demitasse.backend.Pass;
import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.plan.Plan;
import dev.demitasse.sampling.TopLogits;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Executes a plan on a GPU, which holds weights, KV cache and activations (float32). A forward pass writes the batch's ids and angles and
 * submits dispatches that were made when the model was loaded. Of the logits, only the top ones are read back.
 */
public final class WebGpuBackend implements Backend {
    /** Maximum number of attention scores of a batch, tokens times positions: a dispatch can't be interrupted. */
    private static final int MAX_SCORES = 1 << 21;
    /** Number of tokens below which reading the weights dominates. */
    private static final int MIN_BATCH = 16;

    private final Plan plan;
    private final int contextLength;
    private final int batchSize;
    private final Device device;
    private final Weights weights;
    private final GpuMemory memory;
    private final KvCache kvCache;
    private final Dispatches dispatches;
    private final Lowering lowering;
    private Program batch;
    private Program single;
    /** Parameters of {@link #batch} and {@link #single} if they were replaced because the KV cache got other buffers. */
    private Device.@Nullable Buffer bodyParameters;

    private final Program finalNorm;
    private final Program head;
    private final TopLogitsSearch topLogitsSearch;
    private final float[] logits;
    private boolean ready;
    private final PartSize partSize = new PartSize();
    /** The pass whose results the device holds or will hold. */
    private @Nullable SubmittedPass latest;

    /**
     * Creates a backend for a plan.
     *
     * @param contextLength positions of the KV cache, which takes memory as they are used
     * @param batchSize maximum number of tokens of a forward pass
     * @throws IllegalArgumentException if the kernels can't execute the plan, or one of its buffers is too large for the GPU
     */
    public WebGpuBackend(Plan plan, int contextLength, int batchSize, KvType kvType, Device device, Shaders shaders) {
        this.plan = plan;
        this.contextLength = contextLength;
        this.batchSize = batchSize;
        this.device = device;
        Kernels kernels = new Kernels(device, shaders);
        weights = new Weights(device, kernels);
        Fusion fusion = new Fusion(plan);
        kvCache = new KvCache(plan, contextLength, batchSize, kvType);
        memory = new GpuMemory(plan, fusion, kvCache, batchSize, device, weights, kernels);
        dispatches = new Dispatches(memory, device);
        lowering = new Lowering(fusion, memory, weights, kernels, dispatches, Tuning.of(device));
        batch = lowering.batch();
        single = lowering.single();
        finalNorm = lowering.finalNorm();
        head = lowering.head();
        topLogitsSearch = new TopLogitsSearch(plan, kernels, memory, dispatches);
        dispatches.finish();
        logits = new float[plan.vocabularySize()];
    }

    /** Returns the GPU memory that a backend takes for weights and KV cache; the rest is small. */
    public static MemoryEstimate memory(Plan plan, int contextLength, int batchSize, KvType kvType) {
        KvCache cache = new KvCache(plan, contextLength, batchSize, kvType);
        long weights =
                plan.weights().stream().mapToLong(w -> w.tensor().bytes()).sum();
        return new MemoryEstimate(
                weights + cache.bytes(1), cache.bytesPerPosition(), weights + cache.bytes(contextLength));
    }

    /**
     * Returns the maximum context length, up to {@code limit} positions, whose keys and values take at most {@code bytes} and whose buffers can
     * be bound; {@link KvTiles#TILE} if none fits.
     */
    public static int maxContextLength(
            Plan plan, int limit, int batchSize, KvType kvType, long bytes, long maxBindingBytes) {
        return KvTiles.maxContextLength(limit, positions -> {
            KvCache cache = new KvCache(plan, positions, batchSize, kvType);
            return cache.bytes(positions) <= bytes && cache.largestBuffer() <= maxBindingBytes;
        });
    }

    @Override
    public void load(TensorInfo tensor, long offset, ByteBuffer bytes) {
        weights.load(tensor, offset, bytes);
    }

    @Override
    public int batchSize() {
        return batchSize;
    }

    @Override
    public int batchSize(int position) {
        return batchSize(position, MAX_SCORES, MIN_BATCH);
    }

    /** Returns 1: the top logits are searched in one row. */
    @Override
    public int maxOutputs() {
        return 1;
    }

    @Override
    public int contextLength() {
        return contextLength;
    }

    @Override
    public Pass forward(Batch batch, Outputs outputs) {
        begin(batch, outputs);
        SubmittedPass pass = new SubmittedPass(batch.size(), batch.position(), outputs);
        latest = pass;
        if (kvCache.hasRoom(batch.endPosition())) {
            pass.start();
        } else {
            grow(0, batch.endPosition(), pass::start);
        }
        return pass;
    }

    /**
     * A pass whose dispatches are submitted in parts, if it has many tokens: it can be abandoned between parts, and some drivers
     * report a device as lost that is busy for seconds. Two parts are in flight at a time, so that the device does not idle.
     */
    private final class SubmittedPass implements Pass {
        private final int count;
        private final int position;
        private final Outputs outputs;
        /** Index of the body's first dispatch that is not submitted. */
        private int next;

        /** Whether not all of the pass has been submitted. */
        private boolean isUnderWay = true;

        private boolean isAbandoned;
        private @Nullable Runnable waiting;
        /** Records the duration of the last part of a batch. */
        private @Nullable Runnable measureLast;

        SubmittedPass(int count, int position, Outputs outputs) {
            this.count = count;
            this.position = position;
            this.outputs = outputs;
        }

        void start() {
            submitPart();
            if (isUnderWay) {
                submitPart();
            }
        }

        private void submitPart() {
            if (isAbandoned) {
                isUnderWay = false;
                if (waiting != null) {
                    waiting.run();
                }
                return;
            }
            Program body = count == 1 ? single : batch;
            int from = next;
            next = count == 1 ? body.size() : Math.min(body.size(), from + partSize.dispatches(count));
            int dispatches = next - from;
            body.run(device, from, next, count, position);
            long submittedAt = System.nanoTime();
            Runnable measure = () -> partSize.took(dispatches, count, submittedAt, System.nanoTime());
            if (next < body.size()) {
                device.submit();
                device.whenDone(() -> {
                    measure.run();
                    if (isUnderWay) {
                        submitPart();
                    }
                });
                return;
            }
            submitOutputs();
            isUnderWay = false;
            measureLast = count == 1 ? null : measure;
            if (waiting != null) {
                whenDone(waiting);
            }
        }

        /** Submits the outputs together with the last part of the body. */
        private void submitOutputs() {
            if (outputs.hiddenStates()) {
                finalNorm.run(device, count, position);
                GpuMemory.View hidden = memory.view(plan.hidden());
                device.read(memory.arena(), 4L * hidden.offset(), 4 * count * hidden.stride());
            }
            if (outputs.rows() > 0) {
                head.run(device, count, position);
                if (outputs.topK() == 0) {
                    readLogits();
                } else {
                    topLogitsSearch.run(outputs.topK(), device);
                }
            }
            device.submit();
        }

        private void readLogits() {
            device.read(memory.arena(), 4L * memory.view(plan.logits()).offset(), 4 * plan.vocabularySize());
        }

        @Override
        public void whenDone(Runnable action) {
            if (isUnderWay) {
                waiting = action;
                return;
            }
            Runnable measure = measureLast;
            measureLast = null;
            device.whenDone(() -> {
                if (measure != null) {
                    measure.run();
                }
                action.run();
            });
        }

        @Override
        public boolean abandon() {
            if (!isUnderWay) {
                return false;
            }
            isAbandoned = true;
            return true;
        }

        @Override
        public @Nullable TopLogits topLogits() {
            if (outputs.topK() == 0) {
                return null;
            }
            return topLogitsSearch.read(result());
        }

        @Override
        public void fetchLogits() {
            checkReadable();
            readLogits();
            device.submit();
        }

        @Override
        public float[] logits(int row) {
            result().asFloatBuffer().get(logits);
            return logits;
        }

        @Override
        public float[] hiddenStates() {
            FloatBuffer result = result().asFloatBuffer();
            float[] hidden = new float[result.remaining()];
            result.get(hidden);
            return hidden;
        }

        private ByteBuffer result() {
            checkReadable();
            return device.result();
        }

        private void checkReadable() {
            if (latest != this || isAbandoned) {
                throw new IllegalStateException("the pass has no results, or they have been overwritten");
            }
        }
    }

    /** Enlarges the KV cache from a layer on, some layers at a time, and then runs the action. */
    private void grow(int layer, int positions, Runnable action) {
        int next = kvCache.enlarge(layer, positions, device);
        if (next < kvCache.layers()) {
            device.whenDone(() -> grow(next, positions, action));
            return;
        }
        bindKv();
        action.run();
    }

    /** Replaces the programs that use the KV cache by programs for its present buffers. */
    private void bindKv() {
        batch = lowering.batch();
        single = lowering.single();
        if (bodyParameters != null) {
            device.destroy(bodyParameters);
        }
        bodyParameters = dispatches.finish();
    }

    /** Checks and writes the inputs of a pass. */
    private void begin(Batch batch, Outputs outputs) {
        checkFits(batch, outputs);
        if (outputs.topK() > Size.MAX_TOP_K.value()) {
            throw new IllegalArgumentException(
                    "top " + outputs.topK() + " logits; the GPU kernels find at most " + Size.MAX_TOP_K.value());
        }
        if (latest != null && latest.isUnderWay) {
            throw new IllegalStateException("another pass is under way");
        }
        if (!ready) {
            weights.requireAll();
            ready = true;
        }
        memory.batchInputs().write(batch, device);
        kvCache.tiles().wrote(batch.position(), batch.size());
    }

    /**
     * Computes the same logits by the kernels for batches and by those for single tokens, and compares them: some drivers miscompute without an
     * error. Must be called before the first sequence.
     *
     * @param same runs if both agree
     * @param different receives the difference otherwise
     */
    public void verify(Runnable same, Consumer<String> different) {
        Verification.run(this, plan.vocabularySize(), same, different);
    }

    @Override
    public int validPrefix(int positions) {
        return kvCache.tiles().validPrefix(positions);
    }

    @Override
    public String kvLayout() {
        return kvCache.name();
    }

    @Override
    public long kvBytes(int positions) {
        return KvSnapshot.bytes(kvPieces(positions));
    }

    private long[] kvPieces(int positions) {
        Objects.checkFromToIndex(0, positions, contextLength);
        return kvCache.pieces(positions);
    }

    @Override
    public void readKv(int positions, long offset, ByteBuffer target, Runnable whenRead) {
        KvSnapshot.copy(
                kvPieces(positions),
                offset,
                target.duplicate(),
                (piece, at, part) -> device.read(kvCache.piece(piece), at, part.remaining()));
        device.submit();
        latest = null;
        device.whenDone(() -> {
            takeResult(target);
            whenRead.run();
        });
    }

    private void takeResult(ByteBuffer target) {
        try {
            target.put(device.result());
        } catch (DeviceLostException e) {
            // The target's position shows it.
        }
    }

    @Override
    public void writeKv(int positions, long offset, ByteBuffer source) {
        if (!kvCache.hasRoom(positions)) {
            // The snapshot overwrites all contents.
            kvCache.replace(positions, device);
            bindKv();
        }
        KvSnapshot.copy(
                kvPieces(positions), offset, source, (piece, at, part) -> device.write(kvCache.piece(piece), at, part));
        kvCache.tiles().restored(positions);
    }
}
