package dev.demitasse.backend.reference;

import dev.demitasse.backend.Backend;
import dev.demitasse.backend.Batch;
import dev.demitasse.backend.KvSnapshot;
import dev.demitasse.backend.Outputs;
import dev.demitasse.backend.Pass;
import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.plan.Buffer;
import dev.demitasse.plan.MemoryPlan;
import dev.demitasse.plan.Op;
import dev.demitasse.plan.Plan;
import dev.demitasse.plan.Weight;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Executes a plan operation by operation in float32. Weights stay quantized. */
public final class ReferenceBackend implements Backend {
    private final Plan plan;
    private final int contextLength;
    private final int batchSize;
    private final State state;
    private final Map<String, LoadedWeight> weightsByName = new HashMap<>();
    private final float[] logits;
    private @Nullable Pass latest;

    /**
     * Creates a backend without weights.
     *
     * @param contextLength positions of the KV cache, which takes memory only as they are used
     * @param batchSize maximum number of tokens of a batch
     */
    public ReferenceBackend(Plan plan, int contextLength, int batchSize) {
        this.plan = plan;
        this.contextLength = contextLength;
        this.batchSize = batchSize;
        List<LoadedWeight> weights = new ArrayList<>();
        int columns = 0;
        for (Weight weight : plan.weights()) {
            LoadedWeight loaded = new LoadedWeight(weight.tensor());
            weights.add(loaded);
            weightsByName.put(weight.name(), loaded);
            columns = Math.max(columns, weight.columns());
        }
        List<KvCache> kvCaches = new ArrayList<>();
        for (Op.Attention layer : plan.attention()) {
            kvCaches.add(new KvCache(layer.kvHeads() * layer.headSize(), contextLength));
        }
        MemoryPlan layout = MemoryPlan.of(plan, batchSize, batchSize);
        state = new State(layout, new float[layout.size()], weights, kvCaches, new float[columns]);
        logits = new float[plan.vocabularySize()];
    }

    @Override
    public void load(TensorInfo tensor, long offset, ByteBuffer bytes) {
        LoadedWeight weight = weightsByName.get(tensor.name());
        if (weight != null) {
            weight.load(offset, bytes);
        }
    }

    @Override
    public int batchSize() {
        return batchSize;
    }

    @Override
    public int maxOutputs() {
        return batchSize;
    }

    @Override
    public int contextLength() {
        return contextLength;
    }

    @Override
    public Pass forward(Batch batch, Outputs outputs) {
        checkFits(batch, outputs);
        for (LoadedWeight weight : state.weights()) {
            if (!weight.isLoaded()) {
                throw new IllegalStateException("tensor " + weight.name() + " has not been loaded");
            }
        }
        Evaluator evaluator = new Evaluator(state, batch, outputs.rows());
        plan.body().forEach(op -> op.accept(evaluator));
        if (outputs.hiddenStates()) {
            plan.finalNorm().forEach(op -> op.accept(evaluator));
        }
        if (outputs.rows() > 0) {
            plan.head().forEach(op -> op.accept(evaluator));
        }
        Pass pass = new FinishedPass(batch.size());
        latest = pass;
        return pass;
    }

    /** A pass, which is done when {@link #forward} returns; its results are in the arena. */
    private final class FinishedPass implements Pass {
        private final int tokens;

        FinishedPass(int tokens) {
            this.tokens = tokens;
        }

        @Override
        public void whenDone(Runnable action) {
            action.run();
        }

        @Override
        public boolean abandon() {
            return false;
        }

        @Override
        public float[] logits(int row) {
            copy(plan.logits(), row, logits);
            return logits;
        }

        @Override
        public float[] hiddenStates() {
            float[] hidden = new float[tokens * plan.hidden().width()];
            copy(plan.hidden(), 0, hidden);
            return hidden;
        }

        /** Copies rows of a buffer, from {@code row} on, until {@code target} is full. */
        private void copy(Buffer buffer, int row, float[] target) {
            if (latest != this) {
                throw new IllegalStateException("the results of the pass have been overwritten");
            }
            int from = state.layout().offset(buffer) + row * buffer.width();
            System.arraycopy(state.arena(), from, target, 0, target.length);
        }
    }

    @Override
    public String kvLayout() {
        return "float32 [position][kvHead][element]"
                + plan.attention().stream().map(layer -> " " + layer.kvShape()).collect(Collectors.joining());
    }

    @Override
    public long kvBytes(int positions) {
        return KvSnapshot.bytes(kvPieces(positions));
    }

    /** Returns the bytes of each layer's keys, then of its values. */
    private long[] kvPieces(int positions) {
        Objects.checkFromToIndex(0, positions, contextLength);
        long[] pieces = new long[2 * state.kvCaches().size()];
        for (int i = 0; i < pieces.length; i++) {
            pieces[i] = state.kvCaches().get(i / 2).bytes(positions);
        }
        return pieces;
    }

    @Override
    public void readKv(int positions, long offset, ByteBuffer target, Runnable whenRead) {
        KvSnapshot.copy(kvPieces(positions), offset, target, (piece, at, part) -> state.kvCaches()
                .get(piece / 2)
                .read(piece % 2 == 0, at, part));
        whenRead.run();
    }

    @Override
    public void writeKv(int positions, long offset, ByteBuffer source) {
        KvSnapshot.copy(kvPieces(positions), offset, source, (piece, at, part) -> state.kvCaches()
                .get(piece / 2)
                .write(piece % 2 == 0, positions, at, part));
    }
}
