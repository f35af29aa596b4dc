package dev.demitasse.tokenizer;

import java.util.Arrays;

/**
 * The merges of a BPE vocabulary: pairs of token ids, each with its rank (the lower the earlier) and the id of the
 * token that the pair becomes. An open-addressing hash table.
 */
final class Merges {
    /** Rank of a pair that doesn't merge. */
    static final int NONE = Integer.MAX_VALUE;

    private static final long EMPTY = -1;

    private final long[] pairs;
    private final int[] ranks;
    private final int[] results;
    private final int shift;

    /** @param count of merges to come; the ranks are from 0 to {@code count - 1} */
    Merges(int count) {
        int bits = 33 - Integer.numberOfLeadingZeros(count);
        pairs = new long[1 << bits];
        Arrays.fill(pairs, EMPTY);
        ranks = new int[1 << bits];
        results = new int[count];
        shift = Long.SIZE - bits;
    }

    /** Of a pair given twice the last counts, as in Hugging Face tokenizers. */
    void put(int left, int right, int rank, int result) {
        int slot = slot(left, right);
        pairs[slot] = pair(left, right);
        ranks[slot] = rank;
        results[rank] = result;
    }

    /** The pair's rank, or {@link #NONE}. */
    int rank(int left, int right) {
        int slot = slot(left, right);
        return pairs[slot] == EMPTY ? NONE : ranks[slot];
    }

    /** The token that the pair of a rank becomes. */
    int result(int rank) {
        return results[rank];
    }

    private int slot(int left, int right) {
        long pair = pair(left, right);
        int slot = (int) (pair * 0x9E3779B97F4A7C15L >>> shift);
        while (pairs[slot] != pair && pairs[slot] != EMPTY) {
            slot = slot + 1 & pairs.length - 1;
        }
        return slot;
    }

    private static long pair(int left, int right) {
        return (long) left << Integer.SIZE | right;
    }
}
