package dev.demitasse.tokenizer;

/** Pairs of tokens that merge to one token, in an order. */
interface MergeRules {
    /** The result of {@link #find} for a pair that does not merge. */
    long NONE = -1;

    /**
     * Finds the rule for a pair.
     *
     * @return the rank, where lower is earlier, in the upper half and the resulting token in the lower half; or {@link #NONE}
     */
    long find(int left, int right);
}
