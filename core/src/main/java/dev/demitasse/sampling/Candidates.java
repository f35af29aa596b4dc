package dev.demitasse.sampling;

/**
 * Ids ordered by logit, likeliest first and the lowest id first of equals, as far as asked: a binary heap from which ranks
 * are taken one by one, so that a short list of a large vocabulary costs no full sort.
 */
final class Candidates {
    private final int[] heap;
    private final int[] ranked;
    private float[] logits = {};
    private int heapSize;
    private int rankedCount;

    Candidates(int capacity) {
        heap = new int[capacity];
        ranked = new int[capacity];
    }

    int capacity() {
        return heap.length;
    }

    /** Starts over with these logits; ids with minus infinity are left out. */
    void fill(float[] logits) {
        this.logits = logits;
        heapSize = 0;
        rankedCount = 0;
        for (int id = 0; id < logits.length; id++) {
            if (logits[id] > Float.NEGATIVE_INFINITY) {
                heap[heapSize++] = id;
            }
        }
        for (int i = heapSize / 2 - 1; i >= 0; i--) {
            sink(i);
        }
    }

    int size() {
        return heapSize + rankedCount;
    }

    int id(int rank) {
        while (rankedCount <= rank) {
            ranked[rankedCount++] = heap[0];
            heap[0] = heap[--heapSize];
            sink(0);
        }
        return ranked[rank];
    }

    float logit(int rank) {
        return logits[id(rank)];
    }

    private void sink(int i) {
        int id = heap[i];
        for (int child = 2 * i + 1; child < heapSize; child = 2 * i + 1) {
            if (child + 1 < heapSize && before(heap[child + 1], heap[child])) {
                child++;
            }
            if (!before(heap[child], id)) {
                break;
            }
            heap[i] = heap[child];
            i = child;
        }
        heap[i] = id;
    }

    private boolean before(int a, int b) {
        return logits[a] > logits[b] || (logits[a] == logits[b] && a < b);
    }
}
