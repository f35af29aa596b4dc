package dev.demitasse.tokenizer;

import java.util.Arrays;

/**
 * The merges of a BPE vocabulary: an open-addressing hash table from a pair of token ids to its rank, where lower is earlier, and the id
 * of the resulting token.
 */
final class Merges implements MergeRules {
    private static final long EMPTY = -1;

    private final long[] pairs;
    private final int[] ranks;
    private final int[] results;
    private final int shift;

    /**
     * Creates an empty table.
     *
     * @param count number of merges, whose ranks are from 0 to {@code count - 1}
     */
    Merges(int count) {
        int bits = 33 - Integer.numberOfLeadingZeros(count);
        pairs = new long[1 << bits];
        Arrays.fill(pairs, EMPTY);
        ranks = new int[1 << bits];
        results = new int[1 << bits];
        shift = Long.SIZE - bits;
    }

    /** Adds a merge. The last merge of a repeated pair wins, as in Hugging Face tokenizers. */
    void put(int left, int right, int rank, int result) {
        int slot = slot(left, right);
        pairs[slot] = pair(left, right);
        ranks[slot] = rank;
        results[slot] = result;
    }

    @Override
    public long find(int left, int right) {
        int slot = slot(left, right);
        return pairs[slot] == EMPTY ? NONE : (long) ranks[slot] << Integer.SIZE | results[slot];
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
