package dev.demitasse.model;

import dev.demitasse.plan.Buffer;
import dev.demitasse.plan.Plan;
import dev.demitasse.plan.PlanBuilder;
import dev.demitasse.plan.Rotary;

/**
 * Llama (Touvron et al. 2023) with grouped-query attention: Llama 2, SmolLM2 and their kin. Tensor names are those of
 * gguf-py's {@code MODEL_ARCH.LLAMA}; the converter permutes the rows of q and k for interleaved RoPE.
 */
final class Llama {
    private Llama() {}

    static Plan plan(Hyperparameters config, PlanBuilder b) {
        int width = config.positive("embedding_length");
        int layers = config.positive("block_count");
        int heads = config.positive("attention.head_count");
        int kvHeads = config.positive("attention.head_count_kv", heads);
        config.requireDivides("attention.head_count", heads, "embedding_length", width);
        config.requireDivides("attention.head_count_kv", kvHeads, "attention.head_count", heads);
        int headSize = config.positive("attention.key_length", width / heads);
        int hidden = config.positive("feed_forward_length");
        float epsilon = config.positiveReal("attention.layer_norm_rms_epsilon");
        config.requireAbsentOr("rope.scaling.type", "none");
        Rotary rotary = Rotary.of(
                Rotary.Pairing.INTERLEAVED,
                config.rotaryDimensions(headSize),
                config.positiveReal("rope.freq_base", 10_000));

        Buffer x = b.embed("token_embd.weight", width);
        for (int layer = 0; layer < layers; layer++) {
            String block = "blk." + layer + ".";
            Buffer h = b.rmsNorm(x, block + "attn_norm.weight", width, epsilon);
            Buffer q = b.matMul(h, block + "attn_q.weight", heads * headSize);
            Buffer k = b.matMul(h, block + "attn_k.weight", kvHeads * headSize);
            Buffer v = b.matMul(h, block + "attn_v.weight", kvHeads * headSize);
            Buffer a = b.attention(b.rope(q, headSize, rotary), b.rope(k, headSize, rotary), v, headSize);
            x = b.add(x, b.matMul(a, block + "attn_output.weight", width));

            h = b.rmsNorm(x, block + "ffn_norm.weight", width, epsilon);
            Buffer gate = b.matMul(h, block + "ffn_gate.weight", hidden);
            Buffer up = b.matMul(h, block + "ffn_up.weight", hidden);
            x = b.add(x, b.matMul(b.swiGlu(gate, up), block + "ffn_down.weight", width));
        }
        Buffer last = b.rmsNorm(b.lastRow(x), "output_norm.weight", width, epsilon);
        String output = b.hasTensor("output.weight") ? "output.weight" : "token_embd.weight"; // tied embeddings
        return b.build(b.matMul(last, output, b.rows("token_embd.weight")));
    }
}
