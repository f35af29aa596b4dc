package dev.demitasse.cpu.layout;

/**
 * A thread's scratch memory during attention: the scores of a tile for four queries, their weights, the queries and their results. Embeddings
 * unpack blocks at its start.
 */
public final class Scratch {
    /** Offset of four queries' weights, {@code [position][query]}, each in all four lanes of a vector. */
    public static final int WEIGHTS = 4 * 4 * KvLayout.TILE;
    /** Offset of four scaled queries, {@code [element][query]}, each in all four lanes of a vector. The results follow. */
    public static final int QUERIES = WEIGHTS + 4 * 16 * KvLayout.TILE;

    /** Offset of the maximum score in a result. */
    public static final int MAXIMUM = 0;
    /** Offset of the sum of the weights in a result. */
    public static final int SUM = 4;
    /** Offset of the sink for prefetch loads in a result; storing their sum keeps V8 from eliminating them. */
    public static final int PREFETCH_SINK = 8;
    /** Bytes of a result before the weighted values. */
    public static final int RESULT_HEADER = 16;

    private Scratch() {}

    /** Returns the bytes of a result. */
    public static int resultBytes(int headSize) {
        return RESULT_HEADER + 4 * headSize;
    }

    /** Returns the bytes of four queries. */
    public static int queriesBytes(int headSize) {
        return 4 * 16 * headSize;
    }

    /** Returns the bytes that a thread needs. */
    public static int bytes(int headSize) {
        return QUERIES + queriesBytes(headSize) + 4 * resultBytes(headSize);
    }
}
