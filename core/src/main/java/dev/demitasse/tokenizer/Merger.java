package dev.demitasse.tokenizer;

import java.util.Arrays;

/**
 * Merges the tokens of a word, the pair of lowest rank first, and the leftmost of equal ranks: byte pair encoding (Sennrich et al. 2016,
 * arXiv:1508.07909). The tokens form a linked list and the pairs a heap, so that n tokens take O(n log n).
 */
final class Merger {
    private static final int UNMERGED = -1;

    private final MergeRules merges;
    private final int[] ids;
    private final int[] next;
    private final int[] previous;
    /** Rank of the pair that begins at an index; an entry of the heap with another rank is obsolete. */
    private final int[] ranks;
    /** Token that the pair at an index merges to. */
    private final int[] results;
    /** Ranks in the upper half, indices in the lower half. */
    private long[] heap;

    private int heapSize;

    private Merger(MergeRules merges, int[] ids, int count) {
        this.merges = merges;
        this.ids = ids;
        next = new int[count];
        previous = new int[count];
        ranks = new int[count];
        results = new int[count];
        heap = new long[count];
        for (int i = 0; i < count; i++) {
            next[i] = i + 1;
            previous[i] = i - 1;
        }
        for (int i = 0; i < count; i++) {
            findPair(i);
        }
    }

    /**
     * Merges the first {@code count} of {@code ids} in place.
     *
     * @return the number of tokens left
     */
    static int merge(MergeRules merges, int[] ids, int count) {
        return new Merger(merges, ids, count).merge();
    }

    private int merge() {
        while (heapSize > 0) {
            long lowest = poll();
            int rank = (int) (lowest >> Integer.SIZE);
            int left = (int) lowest;
            if (ranks[left] != rank) {
                continue;
            }
            int right = next[left];
            ids[left] = results[left];
            ranks[right] = UNMERGED;
            next[left] = next[right];
            if (next[left] < next.length) {
                previous[next[left]] = left;
            }
            findPair(left);
            if (previous[left] >= 0) {
                findPair(previous[left]);
            }
        }
        int count = 0;
        for (int i = 0; i < next.length; i = next[i]) {
            ids[count++] = ids[i];
        }
        return count;
    }

    private void findPair(int left) {
        int right = next[left];
        long found = right < next.length ? merges.find(ids[left], ids[right]) : MergeRules.NONE;
        if (found == MergeRules.NONE) {
            ranks[left] = UNMERGED;
            return;
        }
        ranks[left] = (int) (found >> Integer.SIZE);
        results[left] = (int) found;
        add((long) ranks[left] << Integer.SIZE | left);
    }

    private void add(long entry) {
        if (heapSize == heap.length) {
            heap = Arrays.copyOf(heap, heapSize * 2);
        }
        int i = heapSize++;
        while (i > 0 && heap[(i - 1) / 2] > entry) {
            heap[i] = heap[(i - 1) / 2];
            i = (i - 1) / 2;
        }
        heap[i] = entry;
    }

    private long poll() {
        long lowest = heap[0];
        long last = heap[--heapSize];
        int i = 0;
        for (int child = 1; child < heapSize; child = 2 * i + 1) {
            if (child + 1 < heapSize && heap[child + 1] < heap[child]) {
                child++;
            }
            if (heap[child] >= last) {
                break;
            }
            heap[i] = heap[child];
            i = child;
        }
        heap[i] = last;
        return lowest;
    }
}
