package dev.demitasse.model;

import dev.demitasse.plan.Buffer;
import dev.demitasse.plan.Op;
import dev.demitasse.plan.Plan;
import dev.demitasse.plan.PlanBuilder;
import dev.demitasse.plan.Rotary;

/**
 * Llama (Touvron et al. 2023) with grouped-query attention: Llama 2 and 3, SmolLM2 and others. The converter permutes the rows of q and k
 * for interleaved RoPE, and writes the frequency factors of Llama 3.1's scaling as a tensor. If the file has a sliding window, as that of
 * Mistral 7B (Jiang et al. 2023), all layers have it.
 */
final class Llama {
    private Llama() {}

    static Plan plan(Hyperparameters config, PlanBuilder b) {
        Sizes s = config.sizes();
        Rotary rotary = config.rotary(Rotary.Pairing.INTERLEAVED, s.headSize());
        int window = config.slidingWindow(Op.Attention.ALL_POSITIONS);
        float scale = (float) (1 / Math.sqrt(s.headSize()));
        Buffer x = b.embed("token_embd.weight", s.hiddenSize());
        for (int layer = 0; layer < s.layers(); layer++) {
            String block = "blk." + layer + ".";
            Buffer h = b.rmsNorm(x, block + "attn_norm.weight", s.hiddenSize(), s.epsilon());
            Buffer q = b.rope(
                    b.matMul(h, block + "attn_q.weight", s.queryWidth()), s.headSize(), rotary, "rope_freqs.weight");
            Buffer k = b.rope(
                    b.matMul(h, block + "attn_k.weight", s.kvWidth()), s.headSize(), rotary, "rope_freqs.weight");
            Buffer v = b.matMul(h, block + "attn_v.weight", s.kvWidth());
            Buffer a = b.attention(q, k, v, s.headSize(), scale, window, 0);
            x = b.add(x, b.matMul(a, block + "attn_output.weight", s.hiddenSize()));
            x = Blocks.swiGluFeedForward(b, x, block, s);
        }
        return Blocks.head(b, x, s);
    }
}
