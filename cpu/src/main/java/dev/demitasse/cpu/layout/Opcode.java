package dev.demitasse.cpu.layout;

/** The kinds of {@link Command}s, numbered in this order. Those that compute are named after {@link dev.demitasse.plan.Op}. */
public enum Opcode {
    /** Ends a program. */
    END,
    /** Waits until all commands since the last barrier are done. */
    BARRIER,
    EMBED,
    RMS_NORM,
    /** Converts activations to {@link ActivationBlock}s, for products by quantized matrices. */
    QUANTIZE,
    MAT_VEC,
    MAT_MUL,
    ROPE,
    /** Stores keys and values in the KV cache. */
    STORE_KV,
    /** Computes the attention of each token by itself. A chunk is a KV head and a split of the positions. */
    ATTENTION_DECODE,
    /** Combines the results of {@link #ATTENTION_DECODE}'s splits. */
    COMBINE_SPLITS,
    /** Computes the attention of a batch. */
    ATTENTION_PREFILL,
    /** {@code silu(gate) · up}. */
    SWIGLU,
    /** {@code gelu(gate) · up}. */
    GEGLU,
    SOFT_CAP,
    ADD,
    LAST_ROWS
}
