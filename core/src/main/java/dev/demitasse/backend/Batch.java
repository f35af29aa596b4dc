package dev.demitasse.backend;

import java.util.Objects;

/**
 * Tokens at consecutive positions of a sequence, which one pass computes.
 *
 * @param tokens ids, of which {@code tokens[from]} to {@code tokens[to - 1]} belong to the batch; not copied
 * @param from index of the first token
 * @param to index after the last token
 * @param position position of the first token in the sequence
 */
public record Batch(int[] tokens, int from, int to, int position) {
    /**
     * Checks the range.
     *
     * @throws IndexOutOfBoundsException if the batch is empty or not within {@code tokens}
     */
    public Batch {
        Objects.checkFromToIndex(from, to, tokens.length);
        if (from == to) {
            throw new IndexOutOfBoundsException("the batch is empty");
        }
    }

    /** Returns the number of tokens. */
    public int size() {
        return to - from;
    }

    /** Returns the position after the last token. */
    public int endPosition() {
        return position + size();
    }
}
