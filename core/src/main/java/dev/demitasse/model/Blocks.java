package dev.demitasse.model;

import dev.demitasse.plan.Activation;
import dev.demitasse.plan.Buffer;
import dev.demitasse.plan.Plan;
import dev.demitasse.plan.PlanBuilder;

/** Parts of plans that architectures share. Tensor names are those of gguf-py ({@code constants.py}). */
final class Blocks {
    private Blocks() {}

    /** Returns {@code x + down(silu(gate(norm(x))) · up(norm(x)))}. */
    static Buffer swiGluFeedForward(PlanBuilder b, Buffer x, String block, Sizes s) {
        Buffer h = b.rmsNorm(x, block + "ffn_norm.weight", s.hiddenSize(), s.epsilon());
        Buffer gate = b.matMul(h, block + "ffn_gate.weight", s.intermediateSize());
        Buffer up = b.matMul(h, block + "ffn_up.weight", s.intermediateSize());
        return b.add(
                x, b.matMul(b.gatedActivation(Activation.SILU, gate, up), block + "ffn_down.weight", s.hiddenSize()));
    }

    /** Appends the final norm and the output matrix, which is the embedding table if the file has no other (tied embeddings). */
    static Plan head(PlanBuilder b, Buffer x, Sizes s) {
        return head(b, x, s, 0);
    }

    /**
     * Appends the final norm, the output matrix and a soft cap.
     *
     * @param softCap cap of the logits; 0 for none
     */
    static Plan head(PlanBuilder b, Buffer x, Sizes s, float softCap) {
        Buffer last = b.finalNorm(x, "output_norm.weight", s.hiddenSize(), s.epsilon());
        String output = b.hasTensor("output.weight") ? "output.weight" : "token_embd.weight";
        return b.build(b.softCap(b.matMul(last, output, b.rows("token_embd.weight")), softCap));
    }
}
