package dev.demitasse.model;

import dev.demitasse.plan.Activation;
import dev.demitasse.plan.Buffer;
import dev.demitasse.plan.Op;
import dev.demitasse.plan.Plan;
import dev.demitasse.plan.PlanBuilder;
import dev.demitasse.plan.Rotary;
import java.util.List;

/**
 * Phi-3 (Abdin et al. 2024): Llama with q, k and v in one matrix, gate and up in another, and NeoX RoPE. LongRoPE (Ding et al. 2024) has
 * two tables of frequency factors, for contexts up to that of pre-training and for longer ones. As in llama.cpp, the context length
 * selects the table, not the number of tokens so far, so that cached keys stay valid.
 */
final class Phi3 {
    private Phi3() {}

    static Plan plan(Hyperparameters config, PlanBuilder b) {
        Sizes s = config.sizes();
        Rotary rotary = config.rotary(Rotary.Pairing.NEOX, s.headSize());
        int window = config.slidingWindow(Op.Attention.ALL_POSITIONS);
        float scale = (float) (1 / Math.sqrt(s.headSize()));
        boolean isLong = config.contextLength() > config.originalContextLength();
        String factors = isLong ? "rope_factors_long.weight" : "rope_factors_short.weight";
        b.ignore(isLong ? "rope_factors_short.weight" : "rope_factors_long.weight");
        Buffer x = b.embed("token_embd.weight", s.hiddenSize());
        for (int layer = 0; layer < s.layers(); layer++) {
            String block = "blk." + layer + ".";
            Buffer h = b.rmsNorm(x, block + "attn_norm.weight", s.hiddenSize(), s.epsilon());
            List<Buffer> qkv = b.fusedMatMul(h, block + "attn_qkv.weight", s.queryWidth(), s.kvWidth(), s.kvWidth());
            Buffer q = b.rope(qkv.get(0), s.headSize(), rotary, factors);
            Buffer k = b.rope(qkv.get(1), s.headSize(), rotary, factors);
            Buffer a = b.attention(q, k, qkv.get(2), s.headSize(), scale, window, 0);
            x = b.add(x, b.matMul(a, block + "attn_output.weight", s.hiddenSize()));
            h = b.rmsNorm(x, block + "ffn_norm.weight", s.hiddenSize(), s.epsilon());
            List<Buffer> gateUp = b.fusedMatMul(h, block + "ffn_up.weight", s.intermediateSize(), s.intermediateSize());
            Buffer gated = b.gatedActivation(Activation.SILU, gateUp.get(0), gateUp.get(1));
            x = b.add(x, b.matMul(gated, block + "ffn_down.weight", s.hiddenSize()));
        }
        return Blocks.head(b, x, s);
    }
}
