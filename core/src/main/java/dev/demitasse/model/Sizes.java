package dev.demitasse.model;

/**
 * Sizes that all architectures have.
 *
 * @param width elements of the residual stream ({@code hidden_size})
 * @param heads query heads
 * @param kvHeads key and value heads; each serves {@code heads / kvHeads} query heads
 * @param headSize elements of a head
 * @param hidden elements between the feed-forward network's matrices ({@code intermediate_size})
 * @param epsilon of the norms
 */
record Sizes(int width, int layers, int heads, int kvHeads, int headSize, int hidden, float epsilon) {
    int queryWidth() {
        return heads * headSize;
    }

    int kvWidth() {
        return kvHeads * headSize;
    }
}
