package dev.demitasse.webgpu;

import dev.demitasse.backend.Backend;
import dev.demitasse.backend.DeviceLostException;
import dev.demitasse.backend.KvSnapshot;
import dev.demitasse.backend.KvTiles;
import dev.demitasse.backend.KvType;
import dev.demitasse.backend.MemoryEstimate;
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
    private int candidates;
    private boolean ready;
    /** Where the part of a snapshot goes that is being read back. */
    private @Nullable ByteBuffer kvTarget;

    private final PartSize partSize = new PartSize();
    /** The pass that was begun, until all of it is submitted, or it is dropped and what it waits for is done. */
    private @Nullable Pass pass;
    /** To be run when the last part of a batch is done. */
    private @Nullable Runnable measureLast;

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
    public void candidates(int count) {
        if (count > GpuMemory.MOST_CANDIDATES) {
            throw new IllegalArgumentException(
                    count + " candidates; the kernels find " + GpuMemory.MOST_CANDIDATES + " at most");
        }
        candidates = count;
    }

    @Override
    public void forward(int[] tokens, int from, int to, int position, int outputs) {
        int count = begin(tokens, from, to, position, outputs);
        start(new Pass(count, position, () -> {
            if (outputs == 0) {
                device.submit();
                return;
            }
            head.run(device, count, position);
            if (candidates == 0) {
                submitLogits();
            } else {
                (candidates == 1 ? first : list).run(device, count, position);
                device.read(
                        memory.result(), 0, candidates == 1 ? GpuMemory.RESULT_HEAD_BYTES + 8 : GpuMemory.RESULT_BYTES);
                device.submit();
            }
        }));
    }

    @Override
    public void embed(int[] tokens, int from, int to, int position) {
        int count = begin(tokens, from, to, position, 0);
        start(new Pass(count, position, () -> {
            finalNorm.run(device, count, position);
            GpuMemory.View hidden = memory.view(plan.hidden());
            device.read(memory.arena(), 4L * hidden.offset(), 4 * count * hidden.stride());
            device.submit();
        }));
    }

    /** Begins a pass when the KV cache has room for it. */
    private void start(Pass begun) {
        pass = begun;
        int positions = begun.position + begun.count;
        if (kvCache.hasRoom(positions)) {
            begun.start();
        } else {
            grow(0, positions, begun::start);
        }
    }

    /**
     * The body of the plan for one batch, and what follows it. A batch of many tokens is submitted in parts: after each of them it can be
     * dropped, and drivers take a device for lost that is busy for seconds. Two parts are with the device at a time, so that it needn't wait for
     * the next.
     */
    private final class Pass {
        final int count;
        final int position;
        /** Adds what follows the body, and submits. */
        private final Runnable end;

        /** The first of the body's dispatches that isn't submitted. */
        private int next;

        private boolean isDropped;
        /** What is to be done when the pass is. */
        private @Nullable Runnable waiting;

        Pass(int count, int position, Runnable end) {
            this.count = count;
            this.position = position;
            this.end = end;
        }

        void start() {
            goOn();
            if (pass == this) {
                goOn();
            }
        }

        private void goOn() {
            if (isDropped) {
                pass = null;
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
                    if (pass == this) {
                        goOn();
                    }
                });
                return;
            }
            end.run();
            pass = null;
            measureLast = count == 1 ? null : measure;
            if (waiting != null) {
                whenDone(waiting);
            }
        }
    }

    @Override
    public boolean abandon() {
        if (pass == null) {
            return false;
        }
        pass.isDropped = true;
        return true;
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

    @Override
    public float[] hidden() {
        FloatBuffer result = device.result().asFloatBuffer();
        float[] hidden = new float[result.remaining()];
        result.get(hidden);
        return hidden;
    }

    /** Writes what the kernels find of a batch, and gives its tokens' number. */
    private int begin(int[] tokens, int from, int to, int position, int outputs) {
        int count = requireBatch(tokens, from, to, position, outputs);
        if (pass != null) {
            throw new IllegalStateException("a pass is under way");
        }
        if (!ready) {
            weights.requireAll();
            ready = true;
        }
        writeStep(tokens, from, count, position);
        kvCache.tiles().wrote(position, count);
        return count;
    }

    /**
     * Computes the same logits twice: by the kernels for batches, and by those for single tokens. Drivers have been seen that miscompute without an
     * error. To be called before the first sequence.
     *
     * @param same is run if both agree
     * @param different gets what is wrong
     */
    public void verify(Runnable same, Consumer<String> different) {
        int[] tokens = {1 % plan.vocabularySize(), 2 % plan.vocabularySize()};
        int both = Math.min(2, Math.min(batchSize, contextLength));
        candidates = 1;
        forward(tokens, 0, both, 0, 1);
        whenDone(() -> {
            float expected = greatest();
            for (int i = 0; i < both; i++) {
                forward(tokens, i, i + 1, i, i == both - 1 ? 1 : 0);
            }
            whenDone(() -> {
                float actual = greatest();
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

    /** The greatest logit of the last pass; not a number if that is what one of the logits is, or if the device is lost. */
    private float greatest() {
        try {
            TopLogits top = top();
            return top == null || top.count() == 0 ? Float.NaN : top.logits()[0];
        } catch (DeviceLostException e) {
            return Float.NaN;
        }
    }

    private void submitLogits() {
        device.read(memory.arena(), memory.logitsOffset(), 4 * plan.vocabularySize());
        device.submit();
    }

    private void writeStep(int[] tokens, int from, int count, int position) {
        step.putInt(0, position).putInt(4, count).putInt(8, memory.firstToken());
        int words = GpuMemory.STEP_HEAD + memory.firstToken();
        for (int i = 0; i < count; i++) {
            int id = Objects.checkIndex(tokens[from + i], plan.vocabularySize());
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
    public void whenDone(Runnable action) {
        if (pass != null) {
            pass.waiting = action;
            return;
        }
        ByteBuffer target = kvTarget;
        Runnable measure = measureLast;
        kvTarget = null;
        measureLast = null;
        device.whenDone(() -> {
            if (target != null) {
                takeKv(target);
            }
            if (measure != null) {
                measure.run();
            }
            action.run();
        });
    }

    private void takeKv(ByteBuffer target) {
        try {
            target.put(device.result());
        } catch (DeviceLostException e) {
            // The target's position tells, and the next call.
        }
    }

    @Override
    public @Nullable TopLogits top() {
        if (candidates == 0) {
            return null;
        }
        ByteBuffer result = device.result();
        int count = result.getInt(0);
        int[] ids = new int[count];
        float[] found = new float[count];
        for (int i = 0; i < count; i++) {
            ids[i] = result.getInt(GpuMemory.RESULT_HEAD_BYTES + 8 * i);
            found[i] = result.getFloat(GpuMemory.RESULT_HEAD_BYTES + 8 * i + 4);
        }
        return new TopLogits(ids, found, count, result.getFloat(4), result.getFloat(8));
    }

    @Override
    public void fetchLogits() {
        submitLogits();
    }

    @Override
    public float[] logits(int row) {
        device.result().asFloatBuffer().get(logits);
        return logits;
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
    public void readKv(int positions, long offset, ByteBuffer target) {
        KvSnapshot.copy(
                kvPieces(positions),
                offset,
                target.duplicate(),
                (piece, at, part) -> device.read(kvCache.piece(piece), at, part.remaining()));
        device.submit();
        kvTarget = target;
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
