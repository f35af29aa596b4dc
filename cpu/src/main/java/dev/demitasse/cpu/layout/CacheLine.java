package dev.demitasse.cpu.layout;

/** The unit in which processors exchange memory: threads that write to one line slow each other down. */
public final class CacheLine {
    public static final int BYTES = 64;

    private CacheLine() {}

    /** Rounds up to a whole number of cache lines. */
    public static long align(long bytes) {
        return Math.addExact(bytes, BYTES - 1) / BYTES * BYTES;
    }
}
