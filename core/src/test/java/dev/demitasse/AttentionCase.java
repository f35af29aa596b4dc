package dev.demitasse;

import dev.demitasse.backend.Backend;
import dev.demitasse.gguf.GgufBuilder;
import dev.demitasse.gguf.TensorType;
import dev.demitasse.plan.Buffer;
import dev.demitasse.plan.Op;
import dev.demitasse.plan.PlanBuilder;
import dev.demitasse.plan.Rotary;
import java.util.List;
import java.util.Random;

/**
 * A layer of attention at a size at which kernels differ. {@link BackendContract} compares each case with the reference backend.
 *
 * @param window positions that a token attends to
 * @param softCap of the scores; 0 for none
 */
public record AttentionCase(Query query, int heads, int kvHeads, int headSize, int window, float softCap) {
    private static final int ALL = Op.Attention.ALL_POSITIONS;

    /** Origin of the query and the key. */
    public enum Query {
        /** The query is the embedding; the key is a product. */
        EMBEDDING,
        /** Query and key are products. */
        PRODUCT,
        /** Query and key are products that are rotated. */
        ROTATED
    }

    /** One layer with a sliding window, for long sequences. */
    public static final AttentionCase WINDOW = new AttentionCase(Query.PRODUCT, 2, 1, 32, 100, 0);

    /** One layer that attends to all positions, for long sequences. */
    public static final AttentionCase WHOLE = new AttentionCase(Query.ROTATED, 4, 2, 32, ALL, 0);

    /**
     * Returns all cases whose sizes a backend supports.
     *
     * @param multiple all widths are multiples of this number
     * @param headMultiple all sizes of a head are multiples of this number
     */
    public static List<AttentionCase> all(int multiple, int headMultiple) {
        return List.of(
                        new AttentionCase(Query.EMBEDDING, 4, 2, 16, ALL, 0),
                        new AttentionCase(Query.EMBEDDING, 9, 3, 64, ALL, 0),
                        new AttentionCase(Query.EMBEDDING, 5, 1, 8, 70, 0),
                        new AttentionCase(Query.EMBEDDING, 6, 6, 24, 5, 3),
                        new AttentionCase(Query.EMBEDDING, 8, 2, 32, ALL, 0),
                        new AttentionCase(Query.PRODUCT, 4, 2, 16, ALL, 0),
                        new AttentionCase(Query.ROTATED, 9, 3, 64, ALL, 0),
                        new AttentionCase(Query.PRODUCT, 10, 1, 8, 70, 0),
                        new AttentionCase(Query.ROTATED, 3, 3, 96, 100, 0),
                        new AttentionCase(Query.PRODUCT, 3, 3, 96, 70, 5),
                        new AttentionCase(Query.ROTATED, 6, 6, 24, 5, 3),
                        new AttentionCase(Query.ROTATED, 2, 1, 256, ALL, 0))
                .stream()
                .filter(layer -> layer.width() % multiple == 0 && layer.headSize % headMultiple == 0)
                .toList();
    }

    private int width() {
        return heads * headSize;
    }

    /** Returns a comparison of the layer, with loaded tensors. */
    public Comparison compare(int batch, int context, Backend.Factory backends, Random random) {
        int width = width();
        GgufBuilder shapes = new GgufBuilder()
                .tensor("table", TensorType.F32, width, Comparison.VOCABULARY)
                .tensor("key", TensorType.F16, width, kvHeads * headSize)
                .tensor("value", TensorType.F32, width, kvHeads * headSize);
        if (query != Query.EMBEDDING) {
            shapes.tensor("query", TensorType.F16, width, width);
        }
        return new Comparison(shapes, b -> Comparison.plan(b, this::append, width), batch, context, backends, random)
                .load();
    }

    private Buffer append(PlanBuilder b, Buffer in) {
        Buffer k = b.matMul(in, "key", kvHeads * headSize);
        Buffer v = b.matMul(in, "value", kvHeads * headSize);
        if (query == Query.EMBEDDING) {
            return b.attention(in, k, v, headSize, 0.1f / headSize, window, softCap);
        }
        Buffer q = b.matMul(in, "query", width());
        if (query == Query.ROTATED) {
            Rotary rotary = Rotary.of(Rotary.Pairing.NEOX, headSize, 10_000);
            q = b.rope(q, headSize, rotary);
            k = b.rope(k, headSize, rotary);
        }
        float scale = 0.02f / (width() * (float) Math.sqrt(headSize));
        return b.attention(q, k, v, headSize, scale, window, softCap);
    }
}
