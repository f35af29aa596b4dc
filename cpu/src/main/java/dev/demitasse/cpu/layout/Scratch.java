package dev.demitasse.cpu.layout;

/** A thread's scratch memory. It begins with the scores of a tile for four queries (or an unpacked block of an embedding). */
public final class Scratch {
    /** What four queries' scores become, {@code [position][query]}, each in all four lanes of a vector. */
    public static final int WEIGHTS = 4 * 4 * KvLayout.TILE;
    /** Four queries, scaled, {@code [element][query]}, likewise; then their results. */
    public static final int QUERIES = WEIGHTS + 4 * 16 * KvLayout.TILE;

    /** Places in an attention result: the greatest score. */
    public static final int MAXIMUM = 0;
    /** Sum of the weights. */
    public static final int SUM = 4;
    /** Sink for prefetch loads; storing the sum keeps V8 from eliminating them. */
    public static final int PREFETCH_SINK = 8;
    /** The weighted values come after. */
    public static final int RESULT_HEADER = 16;

    private Scratch() {}

    /** Bytes that a result takes. */
    public static int resultBytes(int headSize) {
        return RESULT_HEADER + 4 * headSize;
    }

    /** Bytes of the queries. */
    public static int queriesBytes(int headSize) {
        return 4 * 16 * headSize;
    }

    /** Bytes that a thread needs. */
    public static int bytes(int headSize) {
        return QUERIES + queriesBytes(headSize) + 4 * resultBytes(headSize);
    }
}
