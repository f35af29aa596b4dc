package dev.demitasse.plan;

import java.util.ArrayList;
import java.util.List;

/**
 * What a model computes for a batch of tokens at consecutive positions.
 *
 * @param body run for every batch; fills the KV cache
 * @param finalNorm run only where hidden states are asked for, on all of the batch's tokens
 * @param hidden what that leaves: a row for each token
 * @param head run only where logits are asked for, on the batch's last tokens
 * @param logits what the head leaves: for each of these a row of the vocabulary's size
 * @param buffers all activations, by id
 * @param weights all tensors read, by id
 */
public record Plan(
        List<Op> body,
        List<Op> finalNorm,
        Buffer hidden,
        List<Op> head,
        Buffer logits,
        List<Buffer> buffers,
        List<Weight> weights) {
    public int vocabularySize() {
        return logits.width();
    }

    /** The body's attention, layer by layer. */
    public List<Op.Attention> attention() {
        List<Op.Attention> all = new ArrayList<>();
        for (Op op : body) {
            if (op instanceof Op.Attention attention) {
                all.add(attention);
            }
        }
        return all;
    }
}
