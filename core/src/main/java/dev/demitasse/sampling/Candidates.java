package dev.demitasse.sampling;

/**
 * Tokens ordered by logit, likeliest first and the lowest id first of equals, as far as asked: a binary heap from which
 * ranks are taken one by one, so that a short list of a large vocabulary costs no full sort.
 */
final class Candidates {
    private static final long LOW = 0xFFFFFFFFL;

    /**
     * The heap, then what was taken from it, the first at the very end. A key has the logit above and the complement of the
     * id below, so that the greater key comes first.
     */
    private long[] keys = {};

    private int size;
    private int heapSize;
    private float bound;

    /**
     * Starts over; {@link #order} follows the last {@link #add}.
     *
     * @param most tokens that will be added
     * @param bound tokens whose logits aren't above it are left out
     */
    void clear(int most, float bound) {
        if (keys.length < most) {
            keys = new long[most];
        }
        size = 0;
        this.bound = bound;
    }

    void add(int id, float logit) {
        if (logit > bound) {
            int bits = Float.floatToRawIntBits(logit + 0f); // minus zero is zero
            int ordered = bits ^ bits >> 31 & Integer.MAX_VALUE;
            keys[size++] = (long) ordered << 32 | ~id & LOW;
        }
    }

    /** Starts over with the whole vocabulary, in order. */
    void orderAll(float[] logits) {
        clear(logits.length, Float.NEGATIVE_INFINITY);
        for (int id = 0; id < logits.length; id++) {
            add(id, logits[id]);
        }
        order();
    }

    void order() {
        heapSize = size;
        for (int i = heapSize / 2 - 1; i >= 0; i--) {
            sink(keys[i], i);
        }
    }

    int size() {
        return size;
    }

    /** Tokens that were left out, or never added, have no greater logit. */
    float bound() {
        return bound;
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

    /** Puts a key at {@code i} or below, where it belongs. */
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
