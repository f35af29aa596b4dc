package dev.demitasse.tokenizer;

/** Which two tokens become which one, and in what order. */
interface MergeRules {
    /** Of a pair that doesn't merge. */
    long NONE = -1;

    /** The rank of a pair, the lower the earlier, in the high half and the token it becomes in the low one; or {@link #NONE}. */
    long find(int left, int right);
}
