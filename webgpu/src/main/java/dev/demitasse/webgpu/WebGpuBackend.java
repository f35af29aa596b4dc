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
import dev.demitasse.plan.Rotary;
import dev.demitasse.sampling.TopLogits;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs plans on a GPU. Weights, KV cache and activations (float32) lie in its memory. A forward pass writes the batch's ids and
 * angles and submits dispatches that were made when the model was loaded; of the logits only the likeliest are read back.
 */
public final class WebGpuBackend implements Backend {
    /** What rounding may change. */
    private static final float VERIFIED = 0.01f;
    /** Tokens of a batch by the positions that each of them attends to, where these are many: a dispatch can't be interrupted. */
    private static final int MOST_SCORES = 1 << 21;
    /** Fewer would not pay for reading the weights. */
    private static final int LEAST_BATCH = 16;
    /** Bytes of keys and values that may be there twice. */
    private static final long MOST_COPIED = 64 << 20;

    private final Plan plan;
    private final int contextLength;
    private final int batchSize;
    private final Device device;
    private final Weights weights;
    private final GpuMemory memory;
    private final KvCache kvCache;
    private final Lowering lowering;
    private Program batch;
    private Program single;
    /** Parameters of these two when they have been made anew, as keys and values got other buffers. */
    private Device.@Nullable Buffer bodyParameters;

    private final Program finalNorm;
    private final Program head;
    private final Program first;
    private final Program list;
    private final ByteBuffer step;
    private final float[] logits;
    private boolean ready;
    private final PartSize partSize = new PartSize();
    /** The pass whose results the device holds or will hold. */
    private @Nullable SubmittedPass latest;

    /**
     * @param contextLength positions of the KV cache, which takes memory only as they are used
     * @param batchSize most tokens of one forward pass
     * @throws IllegalArgumentException if the kernels can't run the plan, or one of its parts is too large for the GPU
     */
    public WebGpuBackend(Plan plan, int contextLength, int batchSize, KvType kvType, Device device, Shaders shaders) {
        this.plan = plan;
        this.contextLength = contextLength;
        this.batchSize = batchSize;
        this.device = device;
        weights = new Weights(device, shaders);
        Fusion fusion = new Fusion(plan);
        kvCache = new KvCache(plan, contextLength, batchSize, kvType);
        memory = new GpuMemory(plan, fusion, kvCache, batchSize, device, weights);
        lowering = new Lowering(plan, fusion, memory, weights, new Kernels(device, shaders), device);
        batch = lowering.batch();
        single = lowering.single();
        finalNorm = lowering.finalNorm();
        head = lowering.head();
        first = lowering.selection(false);
        list = lowering.selection(true);
        lowering.finish();
        step = ByteBuffer.allocateDirect(4 * memory.stepWords()).order(ByteOrder.LITTLE_ENDIAN);
        logits = new float[plan.vocabularySize()];
    }

    /** GPU memory that such a backend takes for weights, keys and values: nearly all of it. */
    public static MemoryEstimate memory(Plan plan, int contextLength, int batchSize, KvType kvType) {
        KvCache cache = new KvCache(plan, contextLength, batchSize, kvType);
        long weights =
                plan.weights().stream().mapToLong(w -> w.tensor().bytes()).sum();
        return new MemoryEstimate(
                weights + cache.bytes(1), cache.bytesPerPosition(), weights + cache.bytes(contextLength));
    }

    /**
     * The longest context, up to {@code most} positions, whose keys and values take no more than so many bytes, and no more of a layer than a
     * device can bind; {@link KvTiles#TILE} positions where even these take more.
     */
    public static int maxContextLength(
            Plan plan, int most, int batchSize, KvType kvType, long bytes, long maxBindingBytes) {
        return KvTiles.maxContextLength(most, positions -> {
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
        return batchSize(position, MOST_SCORES, LEAST_BATCH);
    }

    /** The likeliest tokens are sought in one row. */
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
        /** Measures the last part when it is done. */
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

        /** Submits what follows the body, together with its last part. */
        private void submitOutputs() {
            if (outputs.hiddenStates()) {
                finalNorm.run(device, count, position);
                GpuMemory.View hidden = memory.view(plan.hidden());
                device.read(memory.arena(), 4L * hidden.offset(), 4 * count * hidden.stride());
            }
            if (outputs.logitRows() > 0) {
                head.run(device, count, position);
                if (outputs.topK() == 0) {
                    readLogits();
                } else {
                    (outputs.topK() == 1 ? first : list).run(device, count, position);
                    int bytes = outputs.topK() == 1 ? GpuMemory.RESULT_HEAD_BYTES + 8 : GpuMemory.RESULT_BYTES;
                    device.read(memory.result(), 0, bytes);
                }
            }
            device.submit();
        }

        private void readLogits() {
            device.read(memory.arena(), memory.logitsOffset(), 4 * plan.vocabularySize());
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
            ByteBuffer result = result();
            int found = result.getInt(0);
            int[] ids = new int[found];
            float[] values = new float[found];
            for (int i = 0; i < found; i++) {
                ids[i] = result.getInt(GpuMemory.RESULT_HEAD_BYTES + 8 * i);
                values[i] = result.getFloat(GpuMemory.RESULT_HEAD_BYTES + 8 * i + 4);
            }
            return new TopLogits(ids, values, found, result.getFloat(4), result.getFloat(8));
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

    /** Makes room in layer after layer, some at a time: what is copied takes memory twice until it is done. */
    private void grow(int layer, int positions, Runnable action) {
        long copied = 0;
        int next = layer;
        while (next < kvCache.layers() && copied < MOST_COPIED) {
            copied += kvCache.enlarge(next, positions, device);
            next++;
        }
        if (next < kvCache.layers()) {
            int following = next;
            device.whenDone(() -> grow(following, positions, action));
            return;
        }
        bindKv();
        action.run();
    }

    /** Makes the programs that read and write keys and values, for the buffers in which they are now. */
    private void bindKv() {
        batch = lowering.batch();
        single = lowering.single();
        if (bodyParameters != null) {
            device.destroy(bodyParameters);
        }
        bodyParameters = lowering.finish();
    }

    /** Writes the parameters of a batch: its ids, positions and angles. */
    private void begin(Batch batch, Outputs outputs) {
        checkFits(batch, outputs);
        if (outputs.topK() > GpuMemory.MOST_CANDIDATES) {
            throw new IllegalArgumentException(
                    "top " + outputs.topK() + " logits; the kernels find at most " + GpuMemory.MOST_CANDIDATES);
        }
        if (latest != null && latest.isUnderWay) {
            throw new IllegalStateException("another pass is under way");
        }
        if (!ready) {
            weights.requireAll();
            ready = true;
        }
        writeStep(batch);
        kvCache.tiles().wrote(batch.position(), batch.size());
    }

    /**
     * Computes the same logits by the kernels for batches and by those for single tokens: some drivers miscompute without an error. To
     * be called before the first sequence.
     *
     * @param same runs if both agree
     * @param different receives the difference
     */
    public void verify(Runnable same, Consumer<String> different) {
        int[] tokens = {1 % plan.vocabularySize(), 2 % plan.vocabularySize()};
        int both = Math.min(2, Math.min(batchSize, contextLength));
        Pass together = forward(new Batch(tokens, 0, both, 0), Outputs.topLogits(1));
        together.whenDone(() -> {
            float expected = max(together);
            for (int i = 0; i < both - 1; i++) {
                forward(new Batch(tokens, i, i + 1, i), Outputs.NONE);
            }
            Pass last = forward(new Batch(tokens, both - 1, both, both - 1), Outputs.topLogits(1));
            last.whenDone(() -> {
                float actual = max(last);
                // Not a number, for which every comparison is false, fails, too.
                if (Math.abs(actual - expected) <= VERIFIED * (1 + Math.abs(expected))) {
                    same.run();
                } else {
                    different.accept("the GPU miscomputes: the greatest logit is " + expected
                            + " by the kernels for batches, " + actual + " by those for single tokens");
                }
            });
        });
    }

    /** Returns the highest logit; not a number if one of the logits is not, or if the device is lost. */
    private static float max(Pass pass) {
        try {
            TopLogits top = pass.topLogits();
            return top == null || top.count() == 0 ? Float.NaN : top.logits()[0];
        } catch (DeviceLostException e) {
            return Float.NaN;
        }
    }

    private void writeStep(Batch batch) {
        int count = batch.size();
        int position = batch.position();
        step.putInt(0, position).putInt(4, count).putInt(8, memory.firstToken());
        int words = GpuMemory.STEP_HEAD + memory.firstToken();
        for (int i = 0; i < count; i++) {
            int id = Objects.checkIndex(batch.tokens()[batch.from() + i], plan.vocabularySize());
            step.putInt(4 * (words + i), id);
        }
        for (GpuMemory.RotaryTable table : memory.rotaryTables()) {
            writeAngles(table, position, count);
        }
        device.write(memory.step(), 0, step.duplicate().position(0).limit(4 * (words + count)));
    }

    private void writeAngles(GpuMemory.RotaryTable table, int position, int count) {
        Rotary rotary = table.rotary();
        int pairs = rotary.dimensions() / 2;
        float[] factors = table.frequencyFactors() == null ? null : weights.elements(table.frequencyFactors());
        int at = 4 * (GpuMemory.STEP_HEAD + table.word());
        for (int r = 0; r < count; r++) {
            for (int i = 0; i < pairs; i++) {
                float angle = rotary.angle(position + r, i, factors);
                step.putFloat(at, rotary.attentionFactor() * (float) Math.cos(angle));
                step.putFloat(at + 4, rotary.attentionFactor() * (float) Math.sin(angle));
                at += 8;
            }
        }
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
            // All that is there will be overwritten.
            kvCache.replace(positions, device);
            bindKv();
        }
        KvSnapshot.copy(
                kvPieces(positions), offset, source, (piece, at, part) -> device.write(kvCache.piece(piece), at, part));
        kvCache.tiles().restored(positions);
    }
}
