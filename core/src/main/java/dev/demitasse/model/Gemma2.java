package dev.demitasse.model;

import dev.demitasse.plan.Activation;
import dev.demitasse.plan.Buffer;
import dev.demitasse.plan.Op;
import dev.demitasse.plan.Plan;
import dev.demitasse.plan.PlanBuilder;
import dev.demitasse.plan.Rotary;

/**
 * Gemma 2 (Gemma Team 2024): embeddings scaled by √hiddenSize, norms before and after attention and feed-forward, soft caps of scores and
 * logits, GeGLU; every second layer, beginning with the first, has a sliding window. The converter adds the 1 of Gemma's {@code 1 +
 * weight} to the norms.
 */
final class Gemma2 {
    private Gemma2() {}

    static Plan plan(Hyperparameters config, PlanBuilder b) {
        Sizes s = config.sizes();
        Rotary rotary = config.rotary(Rotary.Pairing.NEOX, s.headSize());
        float scale = scale(s, 46);
        int window = config.slidingWindow(4096);
        float scoreCap = config.positiveReal("attn_logit_softcapping", 50);
        float logitCap = config.positiveReal("final_logit_softcapping", 30);
        Buffer x = b.embed("token_embd.weight", s.hiddenSize(), (float) Math.sqrt(s.hiddenSize()));
        for (int layer = 0; layer < s.layers(); layer++) {
            String block = "blk." + layer + ".";
            Buffer h = b.rmsNorm(x, block + "attn_norm.weight", s.hiddenSize(), s.epsilon());
            Buffer q = b.rope(b.matMul(h, block + "attn_q.weight", s.queryWidth()), s.headSize(), rotary);
            Buffer k = b.rope(b.matMul(h, block + "attn_k.weight", s.kvWidth()), s.headSize(), rotary);
            Buffer v = b.matMul(h, block + "attn_v.weight", s.kvWidth());
            int seen = layer % 2 == 0 ? window : Op.Attention.ALL_POSITIONS;
            Buffer a = b.attention(q, k, v, s.headSize(), scale, seen, scoreCap);
            x = addAttention(b, x, a, block, s);
            x = feedForward(b, x, block, s);
        }
        return Blocks.head(b, x, s, logitCap);
    }

    /**
     * Returns the factor of the scores: {@code 1 / √headSize}, or {@code 1 / √(hiddenSize / heads)} in 27B models. GGUF files lack it
     * ({@code query_pre_attn_scalar}); like llama.cpp, this recognizes 27B models by their number of layers.
     */
    static float scale(Sizes s, int layersOf27B) {
        return (float) (1 / Math.sqrt(s.layers() == layersOf27B ? s.hiddenSize() / s.heads() : s.headSize()));
    }

    static Buffer addAttention(PlanBuilder b, Buffer x, Buffer attention, String block, Sizes s) {
        Buffer out = b.matMul(attention, block + "attn_output.weight", s.hiddenSize());
        return b.add(x, b.rmsNorm(out, block + "post_attention_norm.weight", s.hiddenSize(), s.epsilon()));
    }

    static Buffer feedForward(PlanBuilder b, Buffer x, String block, Sizes s) {
        Buffer h = b.rmsNorm(x, block + "ffn_norm.weight", s.hiddenSize(), s.epsilon());
        Buffer gate = b.matMul(h, block + "ffn_gate.weight", s.intermediateSize());
        Buffer up = b.matMul(h, block + "ffn_up.weight", s.intermediateSize());
        Buffer out =
                b.matMul(b.gatedActivation(Activation.GELU_TANH, gate, up), block + "ffn_down.weight", s.hiddenSize());
        return b.add(x, b.rmsNorm(out, block + "post_ffw_norm.weight", s.hiddenSize(), s.epsilon()));
    }
}
