package dev.demitasse.engine;

import org.jspecify.annotations.Nullable;

/**
 * The embedding of a text, in progress: the mean of its tokens' hidden states after the final norm. As with {@link Generation}, each call of
 * {@link #next} does one bounded piece of work, and where the engine's backend only begins it, {@link #begin} and {@link #whenReady} come
 * first. Nothing in the KV cache is used, nor left there.
 */
public final class Embedding {
    private final Engine engine;
    private final int[] tokens;
    /** Tokens whose hidden states are in the sums. */
    private int done;
    /** Tokens of which all work has begun. */
    private int begun;

    private double @Nullable [] sums;

    /** An embedding that the engine serves. */
    Embedding(Engine engine, int[] tokens) {
        this.engine = engine;
        this.tokens = tokens.clone();
    }

    public boolean isFinished() {
        return done == tokens.length;
    }

    /**
     * Begins with the next batch, unless it has begun already.
     *
     * @throws IllegalStateException after the end, or if the engine serves something else now
     * @throws dev.demitasse.backend.DeviceLostException if the engine is of no more use
     */
    public void begin() {
        if (isFinished()) {
            throw new IllegalStateException("the embedding is complete");
        }
        if (!engine.isCurrent(this)) {
            throw new IllegalStateException("the engine serves something else now");
        }
        if (begun == done) {
            int end = Math.min(tokens.length, done + engine.backend().batchSize());
            engine.backend().embed(tokens, done, end, done);
            begun = end;
        }
    }

    /** Runs the action when {@link #next} need not wait for what was begun: at once where the backend itself waits. */
    public void whenReady(Runnable action) {
        engine.backend().whenDone(action);
    }

    /**
     * Does what {@link #begin} does if that has not been called, and takes the results, which must be there by now.
     *
     * @throws IllegalStateException after the end, or if the engine serves something else now
     * @throws dev.demitasse.backend.DeviceLostException if the engine is of no more use
     */
    public void next() {
        begin();
        float[] hidden = engine.backend().hidden();
        int width = hidden.length / (begun - done);
        if (sums == null) {
            sums = new double[width];
        }
        for (int i = 0; i < hidden.length; i++) {
            sums[i % width] += hidden[i];
        }
        done = begun;
    }

    /**
     * The mean, when all is done: as many numbers as the model is wide, not normalized.
     *
     * @throws IllegalStateException before the end
     */
    public float[] vector() {
        if (sums == null || !isFinished()) {
            throw new IllegalStateException("the embedding is not complete");
        }
        float[] vector = new float[sums.length];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) (sums[i] / tokens.length);
        }
        return vector;
    }
}
