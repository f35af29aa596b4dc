package dev.demitasse.model;

/**
 * Sizes that every architecture has.
 *
 * @param hiddenSize elements of a row of the residual stream
 * @param heads query heads
 * @param kvHeads key and value heads; each is shared by {@code heads / kvHeads} query heads
 * @param headSize elements of a head
 * @param intermediateSize elements between the matrices of the feed-forward network
 * @param epsilon of the norms
 */
record Sizes(int hiddenSize, int layers, int heads, int kvHeads, int headSize, int intermediateSize, float epsilon) {
    int queryWidth() {
        return heads * headSize;
    }

    int kvWidth() {
        return kvHeads * headSize;
    }
}
