package dev.demitasse.tokenizer;

import java.util.Arrays;

/**
 * SentencePiece's merges (Kudo and Richardson 2018, arXiv:1808.06226): any two tokens whose texts together are a token merge to it, the
 * token with the highest score first. A character that is not a token takes part by a {@link #placeholder}. Results are cached.
 */
final class ScoredMerges implements MergeRules {
    private static final long EMPTY = -1;
    private static final int MAX_PAIRS = 1 << 20;

    private final Vocabulary vocabulary;
    private final long key = PairHash.randomKey();
    /** Number of tokens with a higher score, by token. */
    private final int[] ranks;

    private long[] pairs = new long[1 << 12];
    /** Result of {@link #find} for the pair in the same slot. */
    private long[] found = new long[1 << 12];

    private int count;

    ScoredMerges(Vocabulary vocabulary, double[] scores) {
        this.vocabulary = vocabulary;
        ranks = ranks(scores);
        Arrays.fill(pairs, EMPTY);
    }

    /** Returns a negative id for a character that is not a token. */
    static int placeholder(int character) {
        return -2 - character; // -1 is no token
    }

    /** Returns the character of a placeholder. */
    static int character(int placeholder) {
        return -2 - placeholder;
    }

    @Override
    public long find(int left, int right) {
        long pair = PairHash.pair(left, right);
        int slot = slot(pair);
        if (pairs[slot] == EMPTY) {
            if (count == pairs.length / 2) {
                resize();
                slot = slot(pair);
            }
            pairs[slot] = pair;
            found[slot] = lookUp(left, right);
            count++;
        }
        return found[slot];
    }

    private long lookUp(int left, int right) {
        int id;
        if (left >= 0 && right >= 0) {
            id = vocabulary.id(left, right);
        } else {
            byte[] first = bytes(left);
            byte[] second = bytes(right);
            byte[] text = Arrays.copyOf(first, first.length + second.length);
            System.arraycopy(second, 0, text, first.length, second.length);
            id = vocabulary.id(text, 0, text.length);
        }
        return id == Tokenizer.NONE || !vocabulary.isMergeable(id) ? NONE : (long) ranks[id] << Integer.SIZE | id;
    }

    private byte[] bytes(int id) {
        return id >= 0 ? vocabulary.bytes(id) : Utf8.encode(character(id));
    }

    private int slot(long pair) {
        int slot = PairHash.slot(pair, key, Integer.numberOfTrailingZeros(pairs.length));
        while (pairs[slot] != pair && pairs[slot] != EMPTY) {
            slot = slot + 1 & pairs.length - 1;
        }
        return slot;
    }

    /** Doubles the cache, or clears it if it has reached its maximum size. */
    private void resize() {
        long[] oldPairs = pairs;
        long[] oldFound = found;
        boolean isFull = count >= MAX_PAIRS;
        int size = isFull ? pairs.length : pairs.length * 2;
        pairs = new long[size];
        found = new long[size];
        Arrays.fill(pairs, EMPTY);
        count = 0;
        for (int i = 0; !isFull && i < oldPairs.length; i++) {
            if (oldPairs[i] != EMPTY) {
                int slot = slot(oldPairs[i]);
                pairs[slot] = oldPairs[i];
                found[slot] = oldFound[i];
                count++;
            }
        }
    }

    private static int[] ranks(double[] scores) {
        long[] order = new long[scores.length];
        for (int id = 0; id < order.length; id++) {
            order[id] = (long) descending((float) scores[id]) << Integer.SIZE | id;
        }
        Arrays.sort(order);
        int[] ranks = new int[scores.length];
        for (int i = 0; i < order.length; i++) {
            int id = (int) order[i];
            boolean tie = i > 0 && scores[id] == scores[(int) order[i - 1]];
            ranks[id] = tie ? ranks[(int) order[i - 1]] : i;
        }
        return ranks;
    }

    /** Returns a number that decreases as the score, a float32 in files, increases. */
    private static int descending(float score) {
        int bits = Float.floatToIntBits(score);
        return bits < 0 ? bits & Integer.MAX_VALUE : ~bits;
    }
}
