package dev.demitasse.backend;

/**
 * The results that a pass computes besides keys and values.
 *
 * @param rows number of the batch's last tokens whose logits are computed
 * @param topK number of highest logits that suffice; 0 if all logits are wanted
 * @param hiddenStates whether the hidden states of all tokens are computed
 */
public record Outputs(int rows, int topK, boolean hiddenStates) {
    /** Keys and values only. */
    public static final Outputs NONE = new Outputs(0, 0, false);

    /** The hidden states of all tokens of the batch, after the final norm. */
    public static final Outputs HIDDEN_STATES = new Outputs(0, 0, true);

    /** All logits of the last token. */
    public static final Outputs LOGITS = logits(1);

    /** Asks for all logits of the batch's last {@code rows} tokens. */
    public static Outputs logits(int rows) {
        return new Outputs(rows, 0, false);
    }

    /** Asks for the {@code k} highest logits of the last token, or all of them if the backend does not select. */
    public static Outputs topLogits(int k) {
        return new Outputs(1, k, false);
    }
}
