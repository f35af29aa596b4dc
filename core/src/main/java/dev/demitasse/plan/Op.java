package dev.demitasse.plan;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One step of a plan. Operations work on every row of the batch; {@code out} has as many rows as {@code in}, except for
 * {@link LastRows}. In shapes, {@code n} stands for the rows.
 */
public sealed interface Op {
    /** The buffer this operation writes. */
    Buffer out();

    /** The buffers it reads. */
    List<Buffer> inputs();

    /** The weights it reads. */
    default List<Weight> weights() {
        return List.of();
    }

    /** {@code out[r] = scale · table[token r]}; table is {@code [width, vocabulary]}. */
    record Embed(Weight table, float scale, Buffer out) implements Op {
        @Override
        public List<Buffer> inputs() {
            return List.of();
        }

        @Override
        public List<Weight> weights() {
            return List.of(table);
        }
    }

    /**
     * {@code out = in / sqrt(mean(in²) + epsilon) · weight} over each run of {@code weight.columns()} elements: a whole row,
     * or each head of it (Zhang and Sennrich 2019, "Root Mean Square Layer Normalization").
     */
    record RmsNorm(Buffer in, Weight weight, float epsilon, Buffer out) implements Op {
        @Override
        public List<Buffer> inputs() {
            return List.of(in);
        }

        @Override
        public List<Weight> weights() {
            return List.of(weight);
        }
    }

    /**
     * {@code out[n, out.width] = in[n, weight.columns] · weight[firstRow…]ᵀ + bias + addend}. Some files keep several matrices as
     * one tensor, each its own range of rows.
     *
     * @param firstRow row of {@code weight} that gives {@code out}'s first column
     * @param bias {@code [out.width]}, or null for none
     * @param addend {@code [n, out.width]}, a residual say, or null for none
     */
    record MatMul(
            Buffer in,
            Weight weight,
            int firstRow,
            @Nullable Weight bias,
            @Nullable Buffer addend,
            Buffer out) implements Op {
        @Override
        public List<Buffer> inputs() {
            return addend == null ? List.of(in) : List.of(in, addend);
        }

        @Override
        public List<Weight> weights() {
            return bias == null ? List.of(weight) : List.of(weight, bias);
        }
    }

    /**
     * Turns each head of {@code in[n, heads · headSize]} by its token's position.
     *
     * @param frequencyFactors {@code [rotary.dimensions / 2]}, divide the frequencies; null for none
     */
    record Rope(
            Buffer in,
            int headSize,
            Rotary rotary,
            @Nullable Weight frequencyFactors,
            Buffer out) implements Op {
        @Override
        public List<Buffer> inputs() {
            return List.of(in);
        }

        @Override
        public List<Weight> weights() {
            return frequencyFactors == null ? List.of() : List.of(frequencyFactors);
        }
    }

    /**
     * Appends {@code key} and {@code value} to the layer's KV cache, then {@code out = softmax(scale · query · keysᵀ) · values}
     * for each head over the positions up to its own (Vaswani et al. 2017; grouped-query attention: Ainslie et al. 2023).
     * Query head {@code h} reads KV head {@code h / (heads / kvHeads)}.
     *
     * @param query {@code [n, heads · headSize]}, as is {@code out}
     * @param key {@code [n, kvHeads · headSize]}, as is {@code value}
     * @param window how many positions a token sees, its own the last; {@link #ALL_POSITIONS} for no limit
     * @param softCap caps scores as {@link SoftCap} does, before the softmax; 0 for none
     */
    record Attention(
            int layer,
            Buffer query,
            Buffer key,
            Buffer value,
            int heads,
            int kvHeads,
            int headSize,
            float scale,
            int window,
            float softCap,
            Buffer out)
            implements Op {
        public static final int ALL_POSITIONS = Integer.MAX_VALUE;

        /** Names the shape of a position's key, and value: {@code kvHeads x headSize}. */
        public String kvShape() {
            return kvHeads + "x" + headSize;
        }

        @Override
        public List<Buffer> inputs() {
            return List.of(query, key, value);
        }
    }

    /** {@code out = activation(gate) · up} (Shazeer 2020, "GLU Variants Improve Transformer"). */
    record Gated(Activation activation, Buffer gate, Buffer up, Buffer out) implements Op {
        @Override
        public List<Buffer> inputs() {
            return List.of(gate, up);
        }
    }

    /** {@code out = cap · tanh(in / cap)}: nearly {@code in} where that is small, never beyond {@code ±cap}. */
    record SoftCap(Buffer in, float cap, Buffer out) implements Op {
        @Override
        public List<Buffer> inputs() {
            return List.of(in);
        }
    }

    /** {@code out = a + b}. */
    record Add(Buffer a, Buffer b, Buffer out) implements Op {
        @Override
        public List<Buffer> inputs() {
            return List.of(a, b);
        }
    }

    /** {@code out} holds the last rows of {@code in}: as many as logits are asked for. */
    record LastRows(Buffer in, Buffer out) implements Op {
        @Override
        public List<Buffer> inputs() {
            return List.of(in);
        }
    }
}
