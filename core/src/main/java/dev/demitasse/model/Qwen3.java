package dev.demitasse.model;

import dev.demitasse.plan.Buffer;
import dev.demitasse.plan.Plan;
import dev.demitasse.plan.PlanBuilder;
import dev.demitasse.plan.Rotary;

/**
 * Qwen 3 (Qwen Team 2025): Llama with norms of the heads of q and k before NeoX RoPE.
 */
final class Qwen3 {
    private Qwen3() {}

    static Plan plan(Hyperparameters config, PlanBuilder b) {
        Sizes s = config.sizes();
        config.requireNoSlidingWindow();
        Rotary rotary = config.rotary(Rotary.Pairing.NEOX, s.headSize());
        Buffer x = b.embed("token_embd.weight", s.hiddenSize());
        for (int layer = 0; layer < s.layers(); layer++) {
            String block = "blk." + layer + ".";
            Buffer h = b.rmsNorm(x, block + "attn_norm.weight", s.hiddenSize(), s.epsilon());
            Buffer q = b.matMul(h, block + "attn_q.weight", s.queryWidth());
            Buffer k = b.matMul(h, block + "attn_k.weight", s.kvWidth());
            Buffer v = b.matMul(h, block + "attn_v.weight", s.kvWidth());
            q = b.rmsNorm(q, block + "attn_q_norm.weight", s.headSize(), s.epsilon());
            k = b.rmsNorm(k, block + "attn_k_norm.weight", s.headSize(), s.epsilon());
            Buffer a = b.attention(b.rope(q, s.headSize(), rotary), b.rope(k, s.headSize(), rotary), v, s.headSize());
            x = b.add(x, b.matMul(a, block + "attn_output.weight", s.hiddenSize()));
            x = Blocks.swiGluFeedForward(b, x, block, s);
        }
        return Blocks.head(b, x, s);
    }
}
