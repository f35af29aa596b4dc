package dev.demitasse.webgpu;

import dev.demitasse.backend.Backend;
import dev.demitasse.backend.DeviceLostException;
import dev.demitasse.backend.KvSnapshot;
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
 * Runs plans on a GPU. Weights, KV cache (float16) and activations (float32) lie in its memory. A forward pass writes the batch's ids and
 * angles and submits dispatches that were made when the model was loaded; of the logits only the likeliest are read back.
 */
public final class WebGpuBackend implements Backend {
    /** What rounding may change. */
    private static final float VERIFIED = 0.01f;

    private final Plan plan;
    private final int contextLength;
    private final int batchSize;
    private final Device device;
    private final Weights weights;
    private final GpuMemory memory;
    private final Program batch;
    private final Program single;
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

    /**
     * @param contextLength positions of the KV cache, for which memory is taken at once
     * @param batchSize most tokens of one forward pass
     * @throws IllegalArgumentException if the kernels can't run the plan, or one of its parts is too large for the GPU
     */
    public WebGpuBackend(Plan plan, int contextLength, int batchSize, Device device, Shaders shaders) {
        this.plan = plan;
        this.contextLength = contextLength;
        this.batchSize = batchSize;
        this.device = device;
        weights = new Weights(device, shaders);
        Fusion fusion = new Fusion(plan);
        memory = new GpuMemory(plan, fusion, contextLength, batchSize, device, weights);
        Lowering lowering = new Lowering(plan, fusion, memory, weights, new Kernels(device, shaders), device);
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
    public static long requiredBytes(Plan plan, int contextLength) {
        long weights =
                plan.weights().stream().mapToLong(w -> w.tensor().bytes()).sum();
        return weights + contextLength * GpuMemory.bytesPerPosition(plan);
    }

    /** Positions, up to {@code most}, whose keys and values take no more than so many bytes. */
    public static int longestContext(Plan plan, int most, long bytes) {
        return (int) Math.min(most, Math.max(1, bytes / GpuMemory.bytesPerPosition(plan)));
    }

    @Override
    public void load(TensorInfo tensor, long offset, ByteBuffer bytes) {
        weights.load(tensor, offset, bytes);
    }

    @Override
    public int batchSize() {
        return batchSize;
    }

    /** The likeliest tokens are sought in one row. */
    @Override
    public int logitRows() {
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
    public void forward(int[] tokens, int from, int to, int position, int logitRows) {
        int count = begin(tokens, from, to, position, logitRows);
        (count == 1 ? single : batch).run(device, count, position);
        if (logitRows == 0) {
            device.submit();
            return;
        }
        head.run(device, count, position);
        if (candidates == 0) {
            submitLogits();
        } else {
            (candidates == 1 ? first : list).run(device, count, position);
            device.read(memory.result(), 0, candidates == 1 ? GpuMemory.RESULT_HEAD_BYTES + 8 : GpuMemory.RESULT_BYTES);
            device.submit();
        }
    }

    @Override
    public void embed(int[] tokens, int from, int to, int position) {
        int count = begin(tokens, from, to, position, 0);
        batch.run(device, count, position);
        finalNorm.run(device, count, position);
        GpuMemory.View hidden = memory.view(plan.hidden());
        device.read(memory.arena(), 4L * hidden.offset(), 4 * count * hidden.stride());
        device.submit();
    }

    @Override
    public float[] hidden() {
        FloatBuffer result = device.result().asFloatBuffer();
        float[] hidden = new float[result.remaining()];
        result.get(hidden);
        return hidden;
    }

    /** Writes what the kernels find of a batch, and gives its tokens' number. */
    private int begin(int[] tokens, int from, int to, int position, int logitRows) {
        int count = requireBatch(tokens, from, to, position, logitRows);
        if (!ready) {
            weights.requireAll();
            ready = true;
        }
        writeStep(tokens, from, count, position);
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
                step.putFloat(at, rotary.magnitude() * (float) Math.cos(angle));
                step.putFloat(at + 4, rotary.magnitude() * (float) Math.sin(angle));
                at += 8;
            }
        }
    }

    @Override
    public void whenDone(Runnable action) {
        ByteBuffer target = kvTarget;
        kvTarget = null;
        device.whenDone(
                target == null
                        ? action
                        : () -> {
                            takeKv(target);
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
    public String kvLayout() {
        return GpuMemory.KV_LAYOUT + KvSnapshot.shapes(plan);
    }

    @Override
    public long kvBytes(int positions) {
        return KvSnapshot.bytes(kvPieces(positions));
    }

    private long[] kvPieces(int positions) {
        Objects.checkFromToIndex(0, positions, contextLength);
        return memory.kvHeads().stream()
                .mapToLong(head -> positions * head.positionBytes())
                .toArray();
    }

    @Override
    public void readKv(int positions, long offset, ByteBuffer target) {
        KvSnapshot.copy(kvPieces(positions), offset, target.duplicate(), (piece, at, part) -> {
            GpuMemory.KvHead head = memory.kvHeads().get(piece);
            device.read(head.buffer(), head.offset() + at, part.remaining());
        });
        device.submit();
        kvTarget = target;
    }

    @Override
    public void writeKv(int positions, long offset, ByteBuffer source) {
        KvSnapshot.copy(kvPieces(positions), offset, source, (piece, at, part) -> {
            GpuMemory.KvHead head = memory.kvHeads().get(piece);
            device.write(head.buffer(), head.offset() + at, part);
        });
    }
}
