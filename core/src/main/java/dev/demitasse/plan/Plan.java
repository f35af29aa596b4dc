package dev.demitasse.plan;

import java.util.ArrayList;
import java.util.List;

/**
 * The operations of a model, in order, for a batch of tokens at consecutive positions.
 *
 * @param body runs for every batch, and fills the KV cache
 * @param finalNorm runs for hidden states, on all tokens of the batch
 * @param hidden the hidden states, which {@code finalNorm} writes
 * @param head runs for logits, on the last tokens of the batch
 * @param logits the logits, which {@code head} writes
 * @param buffers all activations, by id
 * @param weights all tensors that the operations read, by id
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

    /** Returns the attention of each layer, in order. */
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
