package dev.demitasse.backend;

import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.sampling.TopLogits;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Executes one plan over one KV cache. Made for a plan, then loaded with its weights, then run.
 *
 * <p>A backend may only begin work where it is asked to: what reads results then waits for {@link #whenDone}. If it loses
 * its device, what begins work or gives results throws {@link DeviceLostException}.
 */
public interface Backend {
    /**
     * Some bytes of a tensor, in order; a tensor that the plan doesn't read is passed over.
     *
     * @param offset of the first byte within the tensor
     * @param bytes little-endian, from position to limit; valid during the call only
     */
    void load(TensorInfo tensor, long offset, ByteBuffer bytes);

    /** Most tokens of one {@link #forward}. */
    int batchSize();

    /** How many tokens a {@link #forward} from this position on should have at most, so that it doesn't take long. */
    default int batchSize(int position) {
        return batchSize();
    }

    /**
     * A {@link #batchSize(int)} for backends where many positions make a pass long.
     *
     * @param mostScores tokens times the positions that each of them attends to
     * @param least tokens, of which fewer would not pay for reading the weights
     */
    default int batchSize(int position, int mostScores, int least) {
        int tokens = Math.max(least, mostScores / Math.max(1, position));
        return Math.min(batchSize(), tokens);
    }

    /**
     * Most tokens of one {@link #forward} whose logits are computed; no more than {@link #batchSize}. Where they are asked for all
     * tokens of a batch, they equal to the last bit what a pass for each token would give, as do keys and values.
     */
    int maxOutputs();

    /** Positions of the KV cache: tokens a sequence can have. */
    int contextLength();

    /**
     * Of the first so many positions, all of which have been run or restored, how many the next {@link #forward} can go on from: all of
     * them, or none where later tokens have overwritten keys and values that a sliding window still sees.
     */
    default int validPrefix(int positions) {
        return positions;
    }

    /**
     * Runs, or begins to run, the plan's body over {@code tokens[from]} to {@code tokens[to - 1]}, which stand at
     * {@code position} and after, and writes their keys and values over whatever the KV cache held there. All positions before
     * must have been run, or begun.
     *
     * @param logits on how many of them, the last ones, to run the head, too
     * @throws IndexOutOfBoundsException for an empty or too large batch, a position past the context, an id outside the
     *     vocabulary, or too many rows of logits
     */
    void forward(int[] tokens, int from, int to, int position, int logits);

    /**
     * Runs, or begins to run, the plan's body as {@link #forward} does, and instead of the head the final norm on all of the
     * batch's tokens.
     *
     * @throws IndexOutOfBoundsException as {@link #forward}
     */
    void embed(int[] tokens, int from, int to, int position);

    /** What the last {@link #embed} computed: hidden states as float32 {@code [tokens, width]}. */
    float[] hidden();

    /**
     * Checks what {@link #forward} was given, but for the ids.
     *
     * @return number of tokens
     * @throws IndexOutOfBoundsException for an empty or too large batch, a position past the context, or too many rows of
     *     logits
     */
    default int requireBatch(int[] tokens, int from, int to, int position, int logits) {
        Objects.checkFromToIndex(from, to, tokens.length);
        int count = to - from;
        Objects.checkIndex(count - 1, batchSize());
        Objects.checkFromToIndex(position, position + count, contextLength());
        Objects.checkFromToIndex(0, logits, Math.min(count, maxOutputs()));
        return count;
    }

    /**
     * Tells what is wanted of the logits from the next {@link #forward} on.
     *
     * @param count how many of the likeliest tokens {@link #top} should give at least; 0 if all logits are wanted
     */
    default void candidates(int count) {}

    /** The likeliest tokens by the one row of logits of the last {@link #forward}; null if {@link #logits} has all of them, as of several rows. */
    default @Nullable TopLogits top() {
        return null;
    }

    /** Where {@link #top} wasn't enough: begins to make all logits of the last {@link #forward} available. */
    default void fetchLogits() {}

    /**
     * Runs the action, once, when the work that was begun is done or the device is lost: at once where the backend itself
     * waits or nothing was begun. Never throws anything of its own.
     */
    default void whenDone(Runnable action) {
        action.run();
    }

    /**
     * Drops what was begun, if it isn't done: its keys and values don't count.
     *
     * @return whether something was dropped; then what waits {@link #whenDone} is run soon, and there are no results
     */
    default boolean abandon() {
        return false;
    }

    /**
     * Logits that the last {@link #forward} computed: one float32 for each id of the vocabulary, valid until the next call.
     *
     * @param row 0 for the first of the tokens that logits were asked for
     */
    float[] logits(int row);

    /**
     * Names how keys and values lie in a snapshot of the KV cache, with all that depends on the model: a snapshot can be
     * restored where the name is the same, whatever the context.
     */
    String kvLayout();

    /** Bytes of a snapshot of the first so many positions, of all layers; a multiple of 4. */
    long kvBytes(int positions);

    /**
     * Copies, or begins to copy, a part of such a snapshot: as many bytes as {@code target} has left, a multiple of 4, from
     * {@code offset} on, another one. When {@link #whenDone it is done}, the target's position is its limit; it is where it was
     * if the device was lost. What the last {@link #forward} computed is no longer available.
     *
     * @param target direct where the backend needs that
     * @throws IndexOutOfBoundsException for positions past the context, or bytes past the snapshot
     */
    void readKv(int positions, long offset, ByteBuffer target);

    /**
     * Puts back a part of such a snapshot, to its limit. When all parts are back, in any order, the KV cache holds these
     * positions, as if they had been run.
     *
     * @param source direct where the backend needs that
     * @throws IndexOutOfBoundsException for positions past the context, or bytes past the snapshot
     */
    void writeKv(int positions, long offset, ByteBuffer source);
}
