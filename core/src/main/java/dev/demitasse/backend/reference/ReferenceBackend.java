package dev.demitasse.backend.reference;

import dev.demitasse.backend.Backend;
import dev.demitasse.backend.KvSnapshot;
import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.plan.Buffer;
import dev.demitasse.plan.MemoryPlan;
import dev.demitasse.plan.Op;
import dev.demitasse.plan.Plan;
import dev.demitasse.plan.Rotary;
import dev.demitasse.plan.Weight;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Executes a plan operation by operation in float32, as the formulas read. Weights stay quantized and are dequantized a
 * row at a time; each row serves the whole batch.
 */
public final class ReferenceBackend implements Backend {
    private static final float SQRT_2_OVER_PI = (float) Math.sqrt(2 / Math.PI);

    private final Plan plan;
    private final int contextLength;
    private final int batchSize;
    private final MemoryPlan memory;
    private final float[] arena;
    private final List<LoadedWeight> weights = new ArrayList<>();
    private final Map<String, LoadedWeight> weightsByName = new HashMap<>();
    private final List<KvCache> kvCaches = new ArrayList<>();
    private final float[] logits;
    /** Holds one dequantized row of any weight. */
    private final float[] row;

    private float[] scores = {};
    private float[] hidden = {};

    /**
     * @param contextLength positions of the KV cache, which takes memory only as they are used
     * @param batchSize most tokens of one forward pass
     */
    public ReferenceBackend(Plan plan, int contextLength, int batchSize) {
        this.plan = plan;
        this.contextLength = contextLength;
        this.batchSize = batchSize;
        memory = MemoryPlan.of(plan, batchSize, batchSize);
        arena = new float[memory.size()];
        logits = new float[plan.vocabularySize()];
        int columns = 0;
        for (Weight weight : plan.weights()) {
            LoadedWeight loaded = new LoadedWeight(weight.tensor());
            weights.add(loaded);
            weightsByName.put(weight.name(), loaded);
            columns = Math.max(columns, weight.columns());
        }
        row = new float[columns];
        for (Op.Attention layer : plan.attention()) {
            kvCaches.add(new KvCache(layer.kvHeads() * layer.headSize(), contextLength));
        }
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
    public void forward(int[] tokens, int from, int to, int position, int outputs) {
        Pass pass = begin(tokens, from, to, position, outputs);
        if (outputs > 0) {
            plan.head().forEach(op -> op.accept(pass));
        }
    }

    @Override
    public void embed(int[] tokens, int from, int to, int position) {
        Pass pass = begin(tokens, from, to, position, 0);
        plan.finalNorm().forEach(op -> op.accept(pass));
        hidden = new float[pass.elements(plan.hidden())];
        System.arraycopy(arena, memory.offset(plan.hidden()), hidden, 0, hidden.length);
    }

    @Override
    public float[] hidden() {
        return hidden;
    }

    /** Runs the body. */
    private Pass begin(int[] tokens, int from, int to, int position, int outputs) {
        int count = requireBatch(tokens, from, to, position, outputs);
        for (LoadedWeight weight : weights) {
            if (!weight.isLoaded()) {
                throw new IllegalStateException("tensor " + weight.name() + " has not been loaded");
            }
        }
        Pass pass = new Pass(tokens, from, count, position, outputs);
        plan.body().forEach(op -> op.accept(pass));
        return pass;
    }

    @Override
    public float[] logits(int row) {
        System.arraycopy(arena, memory.offset(plan.logits()) + row * logits.length, logits, 0, logits.length);
        return logits;
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

    /** Each layer's keys, then its values. */
    private long[] kvPieces(int positions) {
        Objects.checkFromToIndex(0, positions, contextLength);
        long[] pieces = new long[2 * kvCaches.size()];
        for (int i = 0; i < pieces.length; i++) {
            pieces[i] = kvCaches.get(i / 2).bytes(positions);
        }
        return pieces;
    }

    @Override
    public void readKv(int positions, long offset, ByteBuffer target) {
        KvSnapshot.copy(kvPieces(positions), offset, target, (piece, at, part) -> kvCaches.get(piece / 2)
                .read(piece % 2 == 0, at, part));
    }

    @Override
    public void writeKv(int positions, long offset, ByteBuffer source) {
        KvSnapshot.copy(kvPieces(positions), offset, source, (piece, at, part) -> kvCaches.get(piece / 2)
                .write(piece % 2 == 0, positions, at, part));
    }

    /** One batch on its way through the plan. */
    private final class Pass implements Op.Visitor {
        private final int[] tokens;
        private final int from;
        private final int count;
        private final int position;
        private final int last;

        Pass(int[] tokens, int from, int count, int position, int last) {
            this.tokens = tokens;
            this.from = from;
            this.count = count;
            this.position = position;
            this.last = last;
        }

        private int rows(Buffer buffer) {
            return buffer.rows() == Buffer.Rows.BATCH ? count : last;
        }

        private int elements(Buffer buffer) {
            return rows(buffer) * buffer.width();
        }

        @Override
        public void visit(Op.Embed op) {
            int out = memory.offset(op.out());
            int width = op.out().width();
            LoadedWeight table = weights.get(op.table().id());
            for (int r = 0; r < count; r++) {
                int token = Objects.checkIndex(tokens[from + r], op.table().rows());
                table.row(token, arena, out + r * width);
            }
            if (op.scale() != 1) {
                for (int i = out; i < out + count * width; i++) {
                    arena[i] *= op.scale();
                }
            }
        }

        @Override
        public void visit(Op.RmsNorm op) {
            int width = op.weight().columns();
            weights.get(op.weight().id()).row(0, row, 0);
            int in = memory.offset(op.in());
            int out = memory.offset(op.out());
            int end = in + elements(op.in());
            for (; in < end; in += width, out += width) {
                float meanOfSquares = dot(arena, in, arena, in, width) / width;
                float scale = (float) (1 / Math.sqrt(meanOfSquares + op.epsilon()));
                for (int i = 0; i < width; i++) {
                    arena[out + i] = arena[in + i] * scale * row[i];
                }
            }
        }

        @Override
        public void visit(Op.MatMul op) {
            int rows = rows(op.in());
            int inWidth = op.in().width();
            int outWidth = op.out().width();
            int in = memory.offset(op.in());
            int out = memory.offset(op.out());
            LoadedWeight weight = weights.get(op.weight().id());
            for (int column = 0; column < outWidth; column++) {
                weight.row(op.firstRow() + column, row, 0);
                for (int r = 0; r < rows; r++) {
                    arena[out + r * outWidth + column] = dot(row, 0, arena, in + r * inWidth, inWidth);
                }
            }
            if (op.bias() != null) {
                weights.get(op.bias().id()).row(0, row, 0);
                for (int i = 0; i < rows * outWidth; i++) {
                    arena[out + i] += row[i % outWidth];
                }
            }
            if (op.addend() != null) {
                int addend = memory.offset(op.addend());
                for (int i = 0; i < rows * outWidth; i++) {
                    arena[out + i] += arena[addend + i];
                }
            }
        }

        @Override
        public void visit(Op.Rope op) {
            Rotary rotary = op.rotary();
            boolean halves = rotary.pairing() == Rotary.Pairing.NEOX;
            int pairs = rotary.dimensions() / 2;
            int step = halves ? 1 : 2;
            int partner = halves ? pairs : 1;
            int width = op.in().width();
            int in = memory.offset(op.in());
            int out = memory.offset(op.out());
            System.arraycopy(arena, in, arena, out, elements(op.in()));
            float[] factors = op.frequencyFactors() == null ? null : row;
            if (op.frequencyFactors() != null) {
                weights.get(op.frequencyFactors().id()).row(0, row, 0);
            }
            for (int r = 0; r < rows(op.in()); r++) {
                for (int i = 0; i < pairs; i++) {
                    float angle = rotary.angle(position + r, i, factors);
                    float cos = rotary.attentionFactor() * (float) Math.cos(angle);
                    float sin = rotary.attentionFactor() * (float) Math.sin(angle);
                    for (int head = r * width; head < (r + 1) * width; head += op.headSize()) {
                        int a = out + head + i * step;
                        int b = a + partner;
                        float x = arena[a];
                        float y = arena[b];
                        arena[a] = x * cos - y * sin;
                        arena[b] = x * sin + y * cos;
                    }
                }
            }
        }

        @Override
        public void visit(Op.Attention op) {
            KvCache cache = kvCaches.get(op.layer());
            cache.write(position, count, arena, memory.offset(op.key()), memory.offset(op.value()));
            if (scores.length < position + count) {
                scores = new float[Math.max(position + count, Math.min(contextLength, 2 * scores.length))];
            }
            int queriesPerKv = op.heads() / op.kvHeads();
            for (int r = 0; r < count; r++) {
                for (int head = 0; head < op.heads(); head++) {
                    int offset = (r * op.heads() + head) * op.headSize();
                    attend(op, cache, position + r, head / queriesPerKv, offset);
                }
            }
        }

        /** One query against the keys of the window that ends with position {@code last}. */
        private void attend(Op.Attention op, KvCache cache, int last, int kvHead, int offset) {
            int query = memory.offset(op.query()) + offset;
            int out = memory.offset(op.out()) + offset;
            int size = op.headSize();
            int stride = op.kvHeads() * size;
            int first = Math.max(0, last - op.window() + 1);
            float max = Float.NEGATIVE_INFINITY;
            for (int p = first; p <= last; p++) {
                scores[p] = op.scale() * dot(arena, query, cache.keys(), p * stride + kvHead * size, size);
                if (op.softCap() != 0) {
                    scores[p] = capped(scores[p], op.softCap());
                }
                max = Math.max(max, scores[p]);
            }
            float sum = 0;
            for (int p = first; p <= last; p++) {
                scores[p] = (float) Math.exp(scores[p] - max);
                sum += scores[p];
            }
            Arrays.fill(arena, out, out + size, 0);
            float[] values = cache.values();
            for (int p = first; p <= last; p++) {
                float weight = scores[p] / sum;
                int value = p * stride + kvHead * size;
                for (int i = 0; i < size; i++) {
                    arena[out + i] += weight * values[value + i];
                }
            }
        }

        @Override
        public void visit(Op.GatedActivation op) {
            int gate = memory.offset(op.gate());
            int up = memory.offset(op.up());
            int out = memory.offset(op.out());
            for (int i = 0; i < elements(op.out()); i++) {
                float x = arena[gate + i];
                float activated =
                        switch (op.activation()) {
                            case SILU -> x / (1 + (float) Math.exp(-x));
                            case GELU_TANH ->
                                x / 2 * (1 + (float) Math.tanh(SQRT_2_OVER_PI * (x + 0.044715f * x * x * x)));
                        };
                arena[out + i] = activated * arena[up + i];
            }
        }

        @Override
        public void visit(Op.SoftCap op) {
            int in = memory.offset(op.in());
            int out = memory.offset(op.out());
            for (int i = 0; i < elements(op.out()); i++) {
                arena[out + i] = capped(arena[in + i], op.cap());
            }
        }

        @Override
        public void visit(Op.Add op) {
            int a = memory.offset(op.a());
            int b = memory.offset(op.b());
            int out = memory.offset(op.out());
            for (int i = 0; i < elements(op.out()); i++) {
                arena[out + i] = arena[a + i] + arena[b + i];
            }
        }

        @Override
        public void visit(Op.LastRows op) {
            int width = op.in().width();
            int in = memory.offset(op.in()) + (count - last) * width;
            System.arraycopy(arena, in, arena, memory.offset(op.out()), last * width);
        }
    }

    private static float capped(float x, float cap) {
        return cap * (float) Math.tanh(x / cap);
    }

    /** Inner product with eight partial sums: rounds less than one sum, and lets the additions overlap. */
    private static float dot(float[] a, int aOffset, float[] b, int bOffset, int length) {
        float s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
        int i = 0;
        for (; i + 8 <= length; i += 8) {
            int p = aOffset + i;
            int q = bOffset + i;
            s0 += a[p] * b[q];
            s1 += a[p + 1] * b[q + 1];
            s2 += a[p + 2] * b[q + 2];
            s3 += a[p + 3] * b[q + 3];
            s4 += a[p + 4] * b[q + 4];
            s5 += a[p + 5] * b[q + 5];
            s6 += a[p + 6] * b[q + 6];
            s7 += a[p + 7] * b[q + 7];
        }
        for (; i < length; i++) {
            s0 += a[aOffset + i] * b[bOffset + i];
        }
        return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
    }
}
