package dev.demitasse.engine;

import dev.demitasse.backend.Batch;
import dev.demitasse.backend.Outputs;
import dev.demitasse.backend.Pass;
import org.jspecify.annotations.Nullable;

/**
 * The embedding of a text, in progress: the mean of the hidden states of its tokens after the final norm, or one of them if the model's
 * {@code pooling_type} says so. As in
 * {@link Generation}, each call of {@link #next} takes the results of one pass; with a backend that does not wait, call
 * {@link #begin} and {@link #whenReady} first.
 */
public final class Embedding {
    private final Context context;
    private final int[] tokens;
    /** Number of tokens whose hidden states are in the sums. */
    private int done;
    /** Number of tokens whose passes have begun. */
    private int begun;

    private final Pooling pooling;
    private @Nullable Pass pass;
    /** Sums of the hidden states that the embedding is the mean of. */
    private double @Nullable [] sums;

    Embedding(Context context, int[] tokens) {
        this.context = context;
        pooling = context.model().pooling();
        this.tokens = tokens.clone();
    }

    public boolean isFinished() {
        return done == tokens.length;
    }

    /** Returns the number of tokens that have been read. */
    public int done() {
        return done;
    }

    /**
     * Begins the next pass, unless it has begun already.
     *
     * @throws IllegalStateException after the end, or if the context runs something else now
     * @throws dev.demitasse.backend.DeviceLostException if the device was lost
     */
    public void begin() {
        beginPass();
    }

    private Pass beginPass() {
        if (isFinished()) {
            throw new IllegalStateException("the embedding is complete");
        }
        if (!context.isCurrent(this)) {
            throw new IllegalStateException("the context runs something else now");
        }
        if (pass == null) {
            int end = Math.min(tokens.length, done + context.backend().batchSize());
            pass = context.forward(new Batch(tokens, done, end, done), Outputs.HIDDEN_STATES);
            begun = end;
        }
        return pass;
    }

    /** Runs the action when {@link #next} can be called; immediately if the backend waits. */
    public void whenReady(Runnable action) {
        if (pass == null) {
            action.run();
        } else {
            pass.whenDone(action);
        }
    }

    /**
     * Takes the results of the pass, which it begins if {@link #begin} has not been called. They must be ready.
     *
     * @throws IllegalStateException after the end, or if the context runs something else now
     * @throws dev.demitasse.backend.DeviceLostException if the device was lost
     */
    public void next() {
        float[] hidden = beginPass().hiddenStates();
        int width = hidden.length / (begun - done);
        if (sums == null) {
            sums = new double[width];
        }
        int from = pooling == Pooling.LAST ? Math.max(0, tokens.length - 1 - done) : 0;
        int to = pooling == Pooling.CLS ? Math.max(0, 1 - done) : begun - done;
        for (int i = from * width; i < to * width; i++) {
            sums[i % width] += hidden[i];
        }
        done = begun;
        pass = null;
    }

    /**
     * Returns the embedding, as {@code hiddenSize} elements: of length 1 if the model is made for embeddings, else not normalized.
     *
     * @throws IllegalStateException before the end
     */
    public float[] vector() {
        if (sums == null || !isFinished()) {
            throw new IllegalStateException("the embedding is not complete");
        }
        double divisor = tokens.length;
        if (pooling.isNormalized()) {
            double squares = 0;
            for (double sum : sums) {
                squares += sum * sum;
            }
            divisor = squares > 0 ? Math.sqrt(squares) : 1;
        }
        float[] vector = new float[sums.length];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) (sums[i] / divisor);
        }
        return vector;
    }
}
