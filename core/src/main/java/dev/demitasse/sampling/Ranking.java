package dev.demitasse.sampling;

/**
 * Tokens in descending order of their logits, and in ascending order of ids where these are equal. A binary heap gives one rank
 * after the other, so that the first few tokens of a large vocabulary need no full sort.
 *
 * <p>Only the first {@link #count} tokens may come next; stages reduce their number by {@link #keep}. The ranking
 * may be incomplete: tokens whose logits are at most {@link #bound} may be missing.
 */
final class Ranking {
    private static final long LOW = 0xFFFFFFFFL;

    /**
     * The heap, followed by the tokens that were taken from it, the first of them at the end. A key holds the logit in its upper half
     * and the complement of the id in its lower half, so that the token of the lower rank has the greater key.
     */
    private long[] keys = {};

    private int size;
    private int heapSize;
    private int count;
    private boolean isComplete;
    private float bound;
    private double expSum;

    /**
     * Starts over; {@link #order} follows the last {@link #add}.
     *
     * @param max maximum number of tokens that will be added
     * @param lowerBound tokens whose logits are not above it are left out
     * @param sum {@link #expSum} over all tokens; NaN if not known
     */
    void clear(int max, float lowerBound, double sum) {
        if (keys.length < max) {
            keys = new long[max];
        }
        size = 0;
        bound = lowerBound;
        isComplete = bound == Float.NEGATIVE_INFINITY;
        expSum = sum;
    }

    void add(int id, float logit) {
        if (logit > bound) {
            int bits = Float.floatToRawIntBits(logit + 0f); // minus zero is zero
            int ordered = bits ^ bits >> 31 & Integer.MAX_VALUE;
            keys[size++] = (long) ordered << 32 | ~id & LOW;
        }
    }

    /** Makes the heap, and keeps all tokens. */
    void order() {
        heapSize = size;
        count = size;
        for (int i = heapSize / 2 - 1; i >= 0; i--) {
            sink(keys[i], i);
        }
    }

    /** Starts over with the whole vocabulary, in order. */
    void orderAll(float[] logits) {
        clear(logits.length, Float.NEGATIVE_INFINITY, Double.NaN);
        for (int id = 0; id < logits.length; id++) {
            add(id, logits[id]);
        }
        order();
    }

    /** Returns the number of tokens that may come next. */
    int count() {
        return count;
    }

    /** Keeps the first {@code ranks} tokens. No token that may come next is missing then. */
    void keep(int ranks) {
        count = ranks;
        isComplete = true;
    }

    /** Returns whether no token that may come next is missing. */
    boolean isComplete() {
        return isComplete;
    }

    /** Returns a logit that no missing token exceeds. */
    float bound() {
        return bound;
    }

    /** Returns Σ exp(logit − highest logit) over all tokens that may come next, including missing ones; NaN if not known. */
    double expSum() {
        if (!isComplete) {
            return expSum;
        }
        float max = logit(0);
        double sum = 0;
        for (int rank = 0; rank < count; rank++) {
            sum += Math.exp(logit(rank) - max);
        }
        return sum;
    }

    /** Makes {@link #expSum} unknown while tokens are missing. */
    void forgetExpSum() {
        expSum = Double.NaN;
    }

    int id(int rank) {
        return ~(int) key(rank);
    }

    float logit(int rank) {
        int ordered = (int) (key(rank) >> 32);
        return Float.intBitsToFloat(ordered ^ ordered >> 31 & Integer.MAX_VALUE);
    }

    private long key(int rank) {
        int at = size - 1 - rank;
        while (heapSize > at) {
            long first = keys[0];
            long last = keys[--heapSize];
            sink(last, 0);
            keys[heapSize] = first;
        }
        return keys[at];
    }

    /** Puts a key at {@code i} or below, so that the heap is in order again. */
    private void sink(long key, int i) {
        for (int child = 2 * i + 1; child < heapSize; child = 2 * i + 1) {
            if (child + 1 < heapSize && keys[child + 1] > keys[child]) {
                child++;
            }
            if (keys[child] <= key) {
                break;
            }
            keys[i] = keys[child];
            i = child;
        }
        keys[i] = key;
    }
}
