package dev.demitasse.backend;

import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.plan.Plan;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Executes one plan with one KV cache. A backend is created for a plan, loaded with the plan's weights, and then runs passes, one
 * at a time.
 *
 * <p>If the backend loses its device, methods that begin work throw {@link DeviceLostException}.
 */
public interface Backend {
    /** Creates backends. */
    interface Factory {
        /** Creates the backend that executes a plan, with a KV cache of {@code contextLength} positions. */
        Backend create(Plan plan, int contextLength);
    }

    /**
     * Takes the next bytes of a tensor; ignores tensors that the plan does not read.
     *
     * @param offset of the first byte within the tensor
     * @param bytes little-endian, from position to limit; read during the call only
     */
    void load(TensorInfo tensor, long offset, ByteBuffer bytes);

    /** Returns the maximum number of tokens of a batch. */
    int batchSize();

    /** Returns the number of tokens that a batch at {@code position} should have at most so that its pass stays short. */
    default int batchSize(int position) {
        return batchSize();
    }

    /**
     * Returns the {@link #batchSize(int)} of a backend on which attention over many positions dominates the time of a pass.
     *
     * @param maxScores maximum number of attention scores: tokens times positions
     * @param minTokens number of tokens below which reading the weights dominates
     */
    default int batchSize(int position, int maxScores, int minTokens) {
        int tokens = Math.max(minTokens, maxScores / Math.max(1, position));
        return Math.min(batchSize(), tokens);
    }

    /**
     * Returns the maximum number of tokens of a pass whose logits are computed, at most {@link #batchSize()}. If logits are
     * computed for all tokens of a batch, then logits, keys and values equal those of single tokens to the last bit.
     */
    int maxOutputs();

    /** Returns the number of positions of the KV cache. */
    int contextLength();

    /**
     * Returns how much of the cached prefix is still valid: {@code positions}, or 0 if a sliding-window layer has evicted
     * entries that the prefix needs.
     *
     * @param positions length of a prefix that has been computed or restored
     */
    default int validPrefix(int positions) {
        return positions;
    }

    /**
     * Begins a forward pass. It overwrites the keys and values at the batch's positions; those of all positions before must
     * have been computed.
     *
     * @throws IndexOutOfBoundsException for too many tokens, a position past the context, an id outside the vocabulary, or
     *     too many rows of logits
     * @throws IllegalStateException if another pass is under way, or a weight has not been loaded
     */
    Pass forward(Batch batch, Outputs outputs);

    /**
     * Checks everything that {@link #forward} requires of its arguments, except the ids.
     *
     * @throws IndexOutOfBoundsException for too many tokens, a position past the context, or too many rows of logits
     */
    default void checkFits(Batch batch, Outputs outputs) {
        Objects.checkIndex(batch.size() - 1, batchSize());
        Objects.checkFromToIndex(batch.position(), batch.endPosition(), contextLength());
        Objects.checkFromToIndex(0, outputs.rows(), Math.min(batch.size(), maxOutputs()));
    }

    /**
     * Returns a name for the layout of {@link #readKv snapshots}, including everything of the model that it depends on. A
     * snapshot can be restored by a backend with the same name, whatever its context length.
     */
    String kvLayout();

    /** Returns the bytes of a snapshot of the first {@code positions} positions of all layers, a multiple of 4. */
    long kvBytes(int positions);

    /**
     * Copies a part of a snapshot of keys and values to {@code target}, from its position to its limit, and then runs the action.
     * The target's position is its limit then, or unchanged if the device was lost.
     *
     * @param offset of the part within the snapshot, a multiple of 4, as is the number of bytes
     * @param target a direct buffer, unless the backend allows others
     * @throws IndexOutOfBoundsException for positions past the context, or bytes past the snapshot
     */
    void readKv(int positions, long offset, ByteBuffer target, Runnable whenRead);

    /**
     * Restores a part of a snapshot. When all parts have been restored, in any order, the KV cache holds the first
     * {@code positions} positions as if they had been computed.
     *
     * @param source a direct buffer, unless the backend allows others
     * @throws IndexOutOfBoundsException for positions past the context, or bytes past the snapshot
     */
    void writeKv(int positions, long offset, ByteBuffer source);
}
