package dev.demitasse.webgpu;

import dev.demitasse.plan.Buffer;
import dev.demitasse.plan.Op;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One or several operations of a plan that the kernels execute together, by one or two dispatches. {@link Fusion} makes them. */
sealed interface Step {
    /** Calls the visitor's method for this kind of step. */
    void accept(Visitor visitor);

    /** Handles each kind of step in a method of its own. */
    interface Visitor {
        void visit(Embed step);

        void visit(RmsNorm step);

        void visit(FusedMatMul step);

        void visit(GatedActivation step);

        void visit(Rope step);

        void visit(RopeAndStoreKv step);

        void visit(Attention step);

        void visit(SoftCap step);

        void visit(Add step);

        void visit(LastRows step);
    }

    /** {@link Op.Embed}. */
    record Embed(Op.Embed op) implements Step {
        @Override
        public void accept(Visitor visitor) {
            visitor.visit(this);
        }
    }

    /**
     * {@link Op.RmsNorm}, plus {@code addend} if there is one.
     *
     * @param out the sum, or the output of the norm
     */
    record RmsNorm(Op.RmsNorm op, @Nullable Buffer addend, Buffer out) implements Step {
        @Override
        public void accept(Visitor visitor) {
            visitor.visit(this);
        }
    }

    /** {@link Op.MatMul}s with the same input, by matrices of the same type: one product by the matrices stacked. */
    record FusedMatMul(List<Op.MatMul> members) implements Step {
        @Override
        public void accept(Visitor visitor) {
            visitor.visit(this);
        }
    }

    /**
     * {@link Op.GatedActivation}.
     *
     * @param matMul the step that computes gate and up, and nothing else; null if separate steps compute them
     */
    record GatedActivation(Op.GatedActivation op, @Nullable FusedMatMul matMul) implements Step {
        @Override
        public void accept(Visitor visitor) {
            visitor.visit(this);
        }
    }

    /** {@link Op.Rope} in place. */
    record Rope(Op.Rope op) implements Step {
        @Override
        public void accept(Visitor visitor) {
            visitor.visit(this);
        }
    }

    /**
     * Writes the keys and values of an {@link Op.Attention} to the KV cache.
     *
     * @param query rotates the query in place first, unless null
     * @param key rotates the key first, unless null
     */
    record RopeAndStoreKv(Op.Attention op, Op.@Nullable Rope query, Op.@Nullable Rope key) implements Step {
        @Override
        public void accept(Visitor visitor) {
            visitor.visit(this);
        }
    }

    /** {@link Op.Attention} over keys and values that {@link RopeAndStoreKv} has written. */
    record Attention(Op.Attention op) implements Step {
        @Override
        public void accept(Visitor visitor) {
            visitor.visit(this);
        }
    }

    /** {@link Op.SoftCap}. */
    record SoftCap(Op.SoftCap op) implements Step {
        @Override
        public void accept(Visitor visitor) {
            visitor.visit(this);
        }
    }

    /** {@link Op.Add}. */
    record Add(Op.Add op) implements Step {
        @Override
        public void accept(Visitor visitor) {
            visitor.visit(this);
        }
    }

    /** {@link Op.LastRows}. */
    record LastRows(Op.LastRows op) implements Step {
        @Override
        public void accept(Visitor visitor) {
            visitor.visit(this);
        }
    }
}
