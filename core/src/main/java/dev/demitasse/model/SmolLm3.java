package dev.demitasse.model;

import dev.demitasse.plan.Buffer;
import dev.demitasse.plan.Plan;
import dev.demitasse.plan.PlanBuilder;
import dev.demitasse.plan.Rotary;

/**
 * SmolLM3 (Hugging Face 2025): Llama without position embedding in every fourth layer (NoPE: Yang et al. 2025, "RoPE to NoPE and Back
 * Again"; {@code no_rope_layer_interval} in transformers). The rows of q and k are permuted as in {@link Llama}.
 */
final class SmolLm3 {
    private SmolLm3() {}

    static Plan plan(Hyperparameters config, PlanBuilder b) {
        Sizes s = config.sizes();
        config.requireNoSlidingWindow();
        Rotary rotary = config.rotary(Rotary.Pairing.INTERLEAVED, s.headSize());
        Buffer x = b.embed("token_embd.weight", s.hiddenSize());
        for (int layer = 0; layer < s.layers(); layer++) {
            String block = "blk." + layer + ".";
            Buffer h = b.rmsNorm(x, block + "attn_norm.weight", s.hiddenSize(), s.epsilon());
            Buffer q = b.matMul(h, block + "attn_q.weight", s.queryWidth());
            Buffer k = b.matMul(h, block + "attn_k.weight", s.kvWidth());
            Buffer v = b.matMul(h, block + "attn_v.weight", s.kvWidth());
            if ((layer + 1) % 4 != 0) {
                q = b.rope(q, s.headSize(), rotary);
                k = b.rope(k, s.headSize(), rotary);
            }
            Buffer a = b.attention(q, k, v, s.headSize());
            x = b.add(x, b.matMul(a, block + "attn_output.weight", s.hiddenSize()));
            x = Blocks.swiGluFeedForward(b, x, block, s);
        }
        return Blocks.head(b, x, s);
    }
}
