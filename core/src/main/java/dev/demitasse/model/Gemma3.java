package dev.demitasse.model;

import dev.demitasse.plan.Buffer;
import dev.demitasse.plan.Op;
import dev.demitasse.plan.Plan;
import dev.demitasse.plan.PlanBuilder;
import dev.demitasse.plan.Rotary;

/**
 * Gemma 3 (Gemma Team 2025): Gemma 2 with norms of the heads of q and k instead of soft caps. Five of six layers have a sliding window and
 * RoPE of base 10000; the sixth attends to all positions, with the base and scaling of the file.
 */
final class Gemma3 {
    private static final int LAYERS_OF_27B = 62;

    private Gemma3() {}

    static Plan plan(Hyperparameters config, PlanBuilder b) {
        Sizes s = config.sizes();
        Rotary global = config.rotary(Rotary.Pairing.NEOX, s.headSize(), 1_000_000);
        Rotary local =
                Rotary.of(Rotary.Pairing.NEOX, global.dimensions(), config.positiveReal("rope.freq_base_swa", 10_000));
        float scale = Gemma2.scale(s, LAYERS_OF_27B);
        int window = config.slidingWindow(Op.Attention.ALL_POSITIONS);
        // Without a window, as in llama.cpp, no layer has the local base.
        int period = window == Op.Attention.ALL_POSITIONS ? 1 : config.positive("attention.sliding_window_pattern", 6);
        float logitCap = config.has("final_logit_softcapping") ? config.positiveReal("final_logit_softcapping") : 0;
        Buffer x = b.embed("token_embd.weight", s.hiddenSize(), (float) Math.sqrt(s.hiddenSize()));
        for (int layer = 0; layer < s.layers(); layer++) {
            String block = "blk." + layer + ".";
            boolean isGlobal = (layer + 1) % period == 0;
            Rotary rotary = isGlobal ? global : local;
            Buffer h = b.rmsNorm(x, block + "attn_norm.weight", s.hiddenSize(), s.epsilon());
            Buffer q = b.matMul(h, block + "attn_q.weight", s.queryWidth());
            Buffer k = b.matMul(h, block + "attn_k.weight", s.kvWidth());
            Buffer v = b.matMul(h, block + "attn_v.weight", s.kvWidth());
            q = b.rmsNorm(q, block + "attn_q_norm.weight", s.headSize(), s.epsilon());
            k = b.rmsNorm(k, block + "attn_k_norm.weight", s.headSize(), s.epsilon());
            q = b.rope(q, s.headSize(), rotary);
            k = b.rope(k, s.headSize(), rotary);
            int seen = isGlobal ? Op.Attention.ALL_POSITIONS : window;
            Buffer a = b.attention(q, k, v, s.headSize(), scale, seen, 0);
            x = Gemma2.addAttention(b, x, a, block, s);
            x = Gemma2.feedForward(b, x, block, s);
        }
        return Blocks.head(b, x, s, logitCap);
    }
}
