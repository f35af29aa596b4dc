package dev.demitasse.tokenizer;

import java.util.Arrays;

/**
 * The merges of a BPE vocabulary: an open-addressing hash table with a random key, from a pair of token ids to its rank, where lower is
 * earlier.
 */
final class Merges implements MergeRules {
    private static final long EMPTY = -1;

    /** Pairs by slot; at most two thirds of the slots are used. */
    private final long[] pairs;

    private final int[] ranks;
    /** The tokens that pairs merge to, by rank. */
    private final int[] results;

    private final int bits;
    private final long key = PairHash.randomKey();

    /**
     * Creates an empty table.
     *
     * @param count number of merges, whose ranks are from 0 to {@code count - 1}
     */
    Merges(int count) {
        bits = Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(1, count + count / 2));
        pairs = new long[1 << bits];
        Arrays.fill(pairs, EMPTY);
        ranks = new int[1 << bits];
        results = new int[count];
    }

    /** Adds a merge. The last merge of a repeated pair wins, as in Hugging Face tokenizers. */
    void put(int left, int right, int rank, int result) {
        long pair = PairHash.pair(left, right);
        int slot = slot(pair);
        pairs[slot] = pair;
        ranks[slot] = rank;
        results[rank] = result;
    }

    @Override
    public long find(int left, int right) {
        int slot = slot(PairHash.pair(left, right));
        return pairs[slot] == EMPTY ? NONE : (long) ranks[slot] << Integer.SIZE | results[ranks[slot]];
    }

    private int slot(long pair) {
        int slot = PairHash.slot(pair, key, bits);
        while (pairs[slot] != pair && pairs[slot] != EMPTY) {
            slot = slot + 1 & pairs.length - 1;
        }
        return slot;
    }
}
