package dev.demitasse.plan;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An operation of a plan. Operations work on every row of the batch; {@code out} has as many rows as {@code in}, except for
 * {@link LastRows}. In shapes, {@code n} is the number of rows.
 */
public sealed interface Op {
    /** Returns the buffer that this operation writes. */
    Buffer out();

    /** Returns the buffers that this operation reads. */
    List<Buffer> inputs();

    /** Returns the weights that this operation reads. */
    default List<Weight> weights() {
        return List.of();
    }

    /** Calls the visitor's method for this kind of operation. */
    void accept(Visitor visitor);

    /**
     * Handles each kind of operation in a method of its own. A new kind adds a method here, so that every backend fails to
     * compile until it handles the operation.
     */
    interface Visitor {
        void visit(Embed op);

        void visit(RmsNorm op);

        void visit(MatMul op);

        void visit(Rope op);

        void visit(Attention op);

        void visit(GatedActivation op);

        void visit(SoftCap op);

        void visit(Add op);

        void visit(LastRows op);
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

        @Override
        public void accept(Visitor visitor) {
            visitor.visit(this);
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

        @Override
        public void accept(Visitor visitor) {
            visitor.visit(this);
        }
    }

    /**
     * {@code out[n, out.width] = in[n, weight.columns] · weight[firstRow…]ᵀ + bias + addend}. Some files store several matrices
     * as one tensor, each as a range of its rows.
     *
     * @param firstRow row of {@code weight} that gives the first column of {@code out}
     * @param bias {@code [out.width]}, or null for none
     * @param addend {@code [n, out.width]}, for example a residual, or null for none
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

        @Override
        public void accept(Visitor visitor) {
            visitor.visit(this);
        }
    }

    /**
     * Rotates each head of {@code in[n, heads · headSize]} by its token's position, as {@link Rotary} describes.
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

        @Override
        public void accept(Visitor visitor) {
            visitor.visit(this);
        }
    }

    /**
     * Appends {@code key} and {@code value} to the layer's KV cache, then {@code out = softmax(scale · query · keysᵀ) · values}
     * for each head over the positions up to its own (Vaswani et al. 2017; grouped-query attention: Ainslie et al. 2023).
     * Query head {@code h} reads KV head {@code h / (heads / kvHeads)}.
     *
     * @param query {@code [n, heads · headSize]}, as is {@code out}
     * @param key {@code [n, kvHeads · headSize]}, as is {@code value}
     * @param window number of positions that a token attends to, up to and including its own; {@link #ALL_POSITIONS} for all
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

        /** Returns the shape of the key, and of the value, of a position: {@code kvHeads x headSize}. */
        public String kvShape() {
            return kvHeads + "x" + headSize;
        }

        @Override
        public List<Buffer> inputs() {
            return List.of(query, key, value);
        }

        @Override
        public void accept(Visitor visitor) {
            visitor.visit(this);
        }
    }

    /** {@code out = activation(gate) · up}: SwiGLU, GeGLU (Shazeer 2020, "GLU Variants Improve Transformer"). */
    record GatedActivation(Activation activation, Buffer gate, Buffer up, Buffer out) implements Op {
        @Override
        public List<Buffer> inputs() {
            return List.of(gate, up);
        }

        @Override
        public void accept(Visitor visitor) {
            visitor.visit(this);
        }
    }

    /** {@code out = cap · tanh(in / cap)}: close to {@code in} for small values, never beyond {@code ±cap}. */
    record SoftCap(Buffer in, float cap, Buffer out) implements Op {
        @Override
        public List<Buffer> inputs() {
            return List.of(in);
        }

        @Override
        public void accept(Visitor visitor) {
            visitor.visit(this);
        }
    }

    /** {@code out = a + b}. */
    record Add(Buffer a, Buffer b, Buffer out) implements Op {
        @Override
        public List<Buffer> inputs() {
            return List.of(a, b);
        }

        @Override
        public void accept(Visitor visitor) {
            visitor.visit(this);
        }
    }

    /** Copies the last rows of {@code in} to {@code out}, one for each token whose logits are computed. */
    record LastRows(Buffer in, Buffer out) implements Op {
        @Override
        public List<Buffer> inputs() {
            return List.of(in);
        }

        @Override
        public void accept(Visitor visitor) {
            visitor.visit(this);
        }
    }
}
