package dev.demitasse.backend.reference;

import dev.demitasse.backend.Batch;
import dev.demitasse.plan.Buffer;
import dev.demitasse.plan.MemoryPlan;
import dev.demitasse.plan.Op;
import dev.demitasse.plan.Rotary;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Computes operations on one batch, as the formulas of {@link Op} read. Weights are dequantized a row at a time; each row is
 * used for the whole batch.
 */
final class Evaluator implements Op.Visitor {
    private static final float SQRT_2_OVER_PI = (float) Math.sqrt(2 / Math.PI);

    private final MemoryPlan memory;
    private final float[] arena;
    private final List<LoadedWeight> weights;
    private final List<KvCache> kvCaches;
    private final float[] row;
    private final Batch batch;
    private final int count;
    private final int position;
    private final int last;
    private final float[] scores;

    /**
     * Creates an evaluator for one batch.
     *
     * @param last number of the batch's last tokens whose logits are computed
     */
    Evaluator(State state, Batch batch, int last) {
        memory = state.layout();
        arena = state.arena();
        weights = state.weights();
        kvCaches = state.kvCaches();
        row = state.row();
        this.batch = batch;
        count = batch.size();
        position = batch.position();
        this.last = last;
        scores = new float[batch.endPosition()];
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
            int token = Objects.checkIndex(
                    batch.tokens()[batch.from() + r], op.table().rows());
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
        boolean neox = rotary.pairing() == Rotary.Pairing.NEOX;
        int pairs = rotary.dimensions() / 2;
        int stride = neox ? 1 : 2;
        int partner = neox ? pairs : 1;
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
                    int a = out + head + i * stride;
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
        int queriesPerKv = op.heads() / op.kvHeads();
        for (int r = 0; r < count; r++) {
            for (int head = 0; head < op.heads(); head++) {
                int offset = (r * op.heads() + head) * op.headSize();
                attention(op, cache, position + r, head / queriesPerKv, offset);
            }
        }
    }

    /** Computes the attention of one query over the window of positions that ends with its own. */
    private void attention(Op.Attention op, KvCache cache, int queryPosition, int kvHead, int offset) {
        int query = memory.offset(op.query()) + offset;
        int out = memory.offset(op.out()) + offset;
        int size = op.headSize();
        int stride = op.kvHeads() * size;
        int first = Math.max(0, queryPosition - op.window() + 1);
        float max = Float.NEGATIVE_INFINITY;
        for (int p = first; p <= queryPosition; p++) {
            scores[p] = op.scale() * dot(arena, query, cache.keys(), p * stride + kvHead * size, size);
            if (op.softCap() != 0) {
                scores[p] = capped(scores[p], op.softCap());
            }
            max = Math.max(max, scores[p]);
        }
        float sum = 0;
        for (int p = first; p <= queryPosition; p++) {
            scores[p] = (float) Math.exp(scores[p] - max);
            sum += scores[p];
        }
        Arrays.fill(arena, out, out + size, 0);
        float[] values = cache.values();
        for (int p = first; p <= queryPosition; p++) {
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
                        case GELU_TANH -> x / 2 * (1 + (float) Math.tanh(SQRT_2_OVER_PI * (x + 0.044715f * x * x * x)));
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

    private static float capped(float x, float cap) {
        return cap * (float) Math.tanh(x / cap);
    }

    /** Returns the inner product. Eight partial sums round less than one, and let the additions overlap. */
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
