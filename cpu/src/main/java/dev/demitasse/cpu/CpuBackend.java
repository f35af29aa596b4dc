package dev.demitasse.cpu;

import dev.demitasse.backend.Backend;
import dev.demitasse.backend.Batch;
import dev.demitasse.backend.KvSnapshot;
import dev.demitasse.backend.KvTiles;
import dev.demitasse.backend.KvType;
import dev.demitasse.backend.MemoryEstimate;
import dev.demitasse.backend.Outputs;
import dev.demitasse.backend.Pass;
import dev.demitasse.cpu.layout.Control;
import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.plan.Plan;
import dev.demitasse.plan.Rotary;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Runs plans with SIMD kernels. Weights, KV cache and activations are in the kernels' memory. A forward pass writes the batch's ids and angles,
 * and starts a program that was written when the model was loaded. Activations are quantized to 16 bits, blockwise, for products by
 * quantized matrices. Keys and values are float16 or quantized; their memory grows with the sequence.
 */
public final class CpuBackend implements Backend {
    /** Time after which a pass yields to other tasks, as soon as one of its parts ends. */
    private static final long YIELD_NANOS = 30_000_000;
    /** Maximum of a batch's tokens times the positions that each attends to. */
    private static final int MAX_SCORES = 1 << 19;

    /** Minimum number of tokens of a batch despite {@link #MAX_SCORES}: smaller ones don't pay for reading the weights. */
    private static final int MIN_BATCH = 8;

    private final Plan plan;
    private final int contextLength;
    private final int batchSize;
    private final Layout layout;
    private final KernelRuntime runtime;
    private final ControlBlock control = new ControlBlock();
    private final ByteBuffer staging;
    private final float[] logits;
    private boolean ready;
    /** Bytes of the runtime's memory. */
    private long bytes;

    private @Nullable ProgramPass latest;

    /**
     * Creates a backend without weights.
     *
     * @param contextLength maximum number of positions of the KV cache, whose memory grows with the sequence
     * @param batchSize maximum number of tokens of a forward pass
     * @throws IllegalArgumentException if the kernels can't run the plan
     * @throws IllegalStateException if the memory is not available
     */
    public CpuBackend(Plan plan, int contextLength, int batchSize, KvType kvType, KernelRuntime.Factory runtimes) {
        this.plan = plan;
        this.contextLength = contextLength;
        this.batchSize = batchSize;
        layout = new Layout(plan, contextLength, batchSize, kvType, runtimes.threads());
        int pairs = 1;
        for (Lowering.RotaryTable table : layout.lowering.rotaryTables()) {
            pairs = Math.max(pairs, table.rotary().dimensions() / 2);
        }
        int maxColumns = Math.max(pairs, plan.hidden().width());
        staging = ByteBuffer.allocateDirect(4 * Math.max(plan.vocabularySize(), batchSize * maxColumns))
                .order(ByteOrder.LITTLE_ENDIAN);
        logits = new float[plan.vocabularySize()];
        bytes = layout.bytes(1);
        runtime = runtimes.create(bytes, layout.bytes(contextLength));
        layout.decode.write(runtime);
        layout.few.write(runtime);
        layout.prefill.write(runtime);
        layout.prefillWithHead.write(runtime);
        layout.finalNorm.write(runtime);
        control.set(Control.SCRATCH, layout.scratch)
                .set(Control.SCRATCH_BYTES, layout.scratchBytes)
                .set(Control.KV, layout.cacheAddress);
    }

    /**
     * Returns the maximum context length, up to {@code limit}, for which a backend takes no more than {@code maxBytes} bytes of memory. It is
     * never less than {@link KvTiles#TILE} positions, even if these take more.
     */
    public static int maxContextLength(Plan plan, int limit, int batchSize, KvType kvType, int threads, long maxBytes) {
        Layout layout = new Layout(plan, limit, batchSize, kvType, threads);
        return KvTiles.maxContextLength(limit, positions -> layout.bytes(positions) <= maxBytes);
    }

    /** Returns the memory that a backend takes. */
    public static MemoryEstimate memory(Plan plan, int contextLength, int batchSize, KvType kvType, int threads) {
        Layout layout = new Layout(plan, contextLength, batchSize, kvType, threads);
        return new MemoryEstimate(layout.bytes(1), layout.cache.bytesPerPosition(), layout.bytes(contextLength));
    }

    /** Grows the memory to have room for {@code positions} positions. */
    private void reserve(int positions) {
        long needed = layout.bytes(positions);
        if (needed > bytes) {
            runtime.grow(needed);
            bytes = needed;
        }
    }

    private void write(long address, int bytes) {
        staging.position(0);
        staging.limit(bytes);
        runtime.write(address, staging);
        staging.clear();
    }

    @Override
    public void load(TensorInfo tensor, long offset, ByteBuffer bytes) {
        layout.weights.load(runtime, tensor, offset, bytes);
    }

    @Override
    public int batchSize() {
        return batchSize;
    }

    @Override
    public int batchSize(int position) {
        return batchSize(position, MAX_SCORES, MIN_BATCH);
    }

    @Override
    public int maxOutputs() {
        return layout.lowering.maxOutputs();
    }

    @Override
    public int contextLength() {
        return contextLength;
    }

    @Override
    public Pass forward(Batch batch, Outputs outputs) {
        if (latest != null && latest.isUnderWay()) {
            throw new IllegalStateException("another pass is under way");
        }
        begin(batch, outputs);
        latest = null;
        ProgramPass pass = new ProgramPass(batch.size(), programs(batch.size(), outputs));
        pass.run();
        latest = pass;
        return pass;
    }

    /** Returns the addresses of the programs that compute the outputs, in order. */
    private long[] programs(int count, Outputs outputs) {
        int rows = outputs.rows();
        if (outputs.hiddenStates()) {
            long[] body = layout.prefill.parts();
            long[] all = Arrays.copyOf(body, body.length + 1);
            all[body.length] = layout.finalNorm.parts()[0];
            return all;
        }
        if (rows == 0) {
            return layout.prefill.parts();
        }
        if (rows < count) {
            return layout.prefillWithHead.parts();
        }
        return count == 1 ? layout.decode.parts() : layout.few.parts();
    }

    /** A pass as a sequence of programs, between which other tasks of the thread may run. */
    private final class ProgramPass implements Pass {
        private final int tokens;
        private final long[] programs;
        /** Index of the first program that has not run. */
        private int next;

        private boolean isAbandoned;
        private @Nullable Runnable waiting;

        ProgramPass(int tokens, long[] programs) {
            this.tokens = tokens;
            this.programs = programs;
        }

        boolean isUnderWay() {
            return next < programs.length && !isAbandoned;
        }

        /** Runs the rest of the pass, until it yields. */
        private void run() {
            long start = System.nanoTime();
            do {
                control.set(Control.PROGRAM, programs[next++]).write(runtime);
                runtime.start();
            } while (isUnderWay() && (System.nanoTime() - start < YIELD_NANOS || !runtime.yieldThen(this::resume)));
        }

        private void resume() {
            if (isUnderWay()) {
                run();
            }
            if (!isUnderWay() && waiting != null) {
                Runnable action = waiting;
                waiting = null;
                action.run();
            }
        }

        @Override
        public void whenDone(Runnable action) {
            if (isUnderWay()) {
                waiting = action;
            } else {
                action.run();
            }
        }

        @Override
        public boolean abandon() {
            if (!isUnderWay()) {
                return false;
            }
            isAbandoned = true;
            return true;
        }

        @Override
        public float[] logits(int row) {
            checkReadable();
            read(layout.lowering.logits() + 4L * logits.length * row, logits);
            return logits;
        }

        @Override
        public float[] hiddenStates() {
            checkReadable();
            float[] hidden = new float[tokens * plan.hidden().width()];
            read(layout.lowering.hidden(), hidden);
            return hidden;
        }

        private void checkReadable() {
            if (latest != this || next < programs.length) {
                throw new IllegalStateException("the pass has no results, or they have been overwritten");
            }
        }
    }

    /** Writes the parameters of a batch: its ids, positions and angles. */
    private void begin(Batch batch, Outputs outputs) {
        checkFits(batch, outputs);
        int count = batch.size();
        int position = batch.position();
        if (!ready) {
            layout.weights.requireAll();
            ready = true;
        }
        reserve(position + count);
        layout.cache.tiles().wrote(position, count);
        for (int i = 0; i < count; i++) {
            int id = batch.tokens()[batch.from() + i];
            staging.putInt(4 * i, Objects.checkIndex(id, plan.vocabularySize()));
        }
        write(layout.lowering.tokens(), 4 * count);
        for (Lowering.RotaryTable table : layout.lowering.rotaryTables()) {
            writeAngles(table, position, count);
        }
        control.set(Control.TOKENS, count).set(Control.POSITION, position).set(Control.OUTPUTS, outputs.rows());
    }

    private void writeAngles(Lowering.RotaryTable table, int position, int count) {
        Rotary rotary = table.rotary();
        int pairs = rotary.dimensions() / 2;
        float[] angles = new float[count * pairs];
        float[] factors = table.frequencyFactors() == null ? null : layout.weights.elements(table.frequencyFactors());
        for (int r = 0; r < count; r++) {
            for (int i = 0; i < pairs; i++) {
                angles[r * pairs + i] = rotary.angle(position + r, i, factors);
            }
        }
        for (int i = 0; i < angles.length; i++) {
            staging.putFloat(4 * i, rotary.attentionFactor() * (float) Math.cos(angles[i]));
        }
        write(table.cosines(), 4 * angles.length);
        for (int i = 0; i < angles.length; i++) {
            staging.putFloat(4 * i, rotary.attentionFactor() * (float) Math.sin(angles[i]));
        }
        write(table.sines(), 4 * angles.length);
    }

    private void read(long address, float[] target) {
        staging.position(0);
        staging.limit(4 * target.length);
        runtime.read(address, staging);
        staging.clear();
        for (int i = 0; i < target.length; i++) {
            target[i] = staging.getFloat(4 * i);
        }
    }

    @Override
    public int validPrefix(int positions) {
        return layout.cache.tiles().validPrefix(positions);
    }

    @Override
    public String kvLayout() {
        return layout.cache.name();
    }

    @Override
    public long kvBytes(int positions) {
        return KvSnapshot.bytes(kvPieces(positions));
    }

    private long[] kvPieces(int positions) {
        Objects.checkFromToIndex(0, positions, contextLength);
        return layout.cache.pieces(positions);
    }

    @Override
    public void readKv(int positions, long offset, ByteBuffer target, Runnable whenRead) {
        KvSnapshot.copy(
                kvPieces(positions), offset, target, (piece, at, part) -> runtime.read(pieceAddress(piece) + at, part));
        whenRead.run();
    }

    @Override
    public void writeKv(int positions, long offset, ByteBuffer source) {
        reserve(positions);
        KvSnapshot.copy(
                kvPieces(positions),
                offset,
                source,
                (piece, at, part) -> runtime.write(pieceAddress(piece) + at, part));
        layout.cache.tiles().restored(positions);
    }

    private long pieceAddress(int piece) {
        return layout.cacheAddress + layout.cache.piece(piece);
    }
}
