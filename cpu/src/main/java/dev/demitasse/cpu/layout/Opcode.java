package dev.demitasse.cpu.layout;

/** What a {@link Command} does; the number is the place in this list. Operations are those of {@link dev.demitasse.plan.Op}. */
public enum Opcode {
    /** Ends a program. */
    END,
    /** No thread goes on before the commands since the last barrier are done. */
    BARRIER,
    EMBED,
    RMS_NORM,
    /** Activations to {@link ActivationBlock}s, for products by quantized matrices. */
    QUANTIZE,
    MAT_VEC,
    MAT_MUL,
    ROPE,
    STORE_KV,
    /** Attention of each token by itself: a chunk is a KV head over a share of the positions. */
    ATTEND_EACH,
    /** Joins what the chunks of {@link #ATTEND_EACH} found. */
    COMBINE,
    ATTEND_BATCH,
    GATED_SILU,
    GATED_GELU,
    SOFT_CAP,
    ADD,
    LAST_ROWS
}
