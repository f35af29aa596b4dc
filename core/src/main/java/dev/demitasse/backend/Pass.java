package dev.demitasse.backend;

import dev.demitasse.sampling.TopLogits;
import org.jspecify.annotations.Nullable;

/**
 * A forward pass over a {@link Batch}. It may still be under way when {@link Backend#forward} returns; its results can be
 * read when it is done, until the backend begins another pass or copies keys and values.
 *
 * <p>Methods that return results throw {@link DeviceLostException} if the device was lost, and {@link IllegalStateException}
 * if the pass was abandoned or its results have been overwritten.
 */
public interface Pass {
    /**
     * Runs the action once, when the pass is done or abandoned, or the device is lost; immediately if that is so already.
     * It replaces an earlier action that has not run.
     */
    void whenDone(Runnable action);

    /**
     * Stops the pass if it is under way. Its keys and values are then undefined, and {@link #whenDone} runs its action soon.
     *
     * @return whether the pass was under way
     */
    boolean abandon();

    /** Returns the highest logits of the last token; null if {@link #logits} has all of them. */
    default @Nullable TopLogits topLogits() {
        return null;
    }

    /** Begins to fetch all logits, if {@link #topLogits} do not suffice; {@link #whenDone} tells when they can be read. */
    default void fetchLogits() {
        // logits() has all of them unless there are top logits
    }

    /**
     * Returns a row of logits, one for each id of the vocabulary. The array is reused by the next call.
     *
     * @param row 0 for the first token whose logits were asked for
     */
    float[] logits(int row);

    /** Returns the hidden states of all tokens, {@code [tokens, hiddenSize]}. */
    float[] hiddenStates();
}
