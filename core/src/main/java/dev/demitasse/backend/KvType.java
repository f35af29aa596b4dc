package dev.demitasse.backend;

/** Storage type of keys and values in the KV cache. */
public enum KvType {
    /** Float16. */
    F16,
    /**
     * 8-bit integers with a float scale for each {@link #BLOCK} elements of a head at a position, like ggml's Q8_0. Takes a little more than
     * half of the memory of float16.
     */
    Q8_0;

    /** Number of elements of a head that share a scale. */
    public static final int BLOCK = 32;
}
