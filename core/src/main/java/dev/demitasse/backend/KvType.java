package dev.demitasse.backend;

/** How the KV cache keeps keys and values. */
public enum KvType {
    /** Float16. */
    F16,
    /**
     * 8-bit integers with a float scale for each {@link #BLOCK} elements of a head at one position, as ggml's Q8_0: a little more than half
     * of float16's memory.
     */
    Q8_0;

    /** Elements of a head that share a scale. */
    public static final int BLOCK = 32;
}
