package dev.demitasse.backend;

import dev.demitasse.gguf.TensorInfo;
import java.nio.ByteBuffer;

/** Executes one plan over one KV cache. Made for a plan, then loaded with its weights, then run. */
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

    /** Positions of the KV cache: tokens a sequence can have. */
    int contextLength();

    /**
     * Runs the plan's body over {@code tokens[from]} to {@code tokens[to - 1]}, which stand at {@code position} and after,
     * and writes their keys and values over whatever the KV cache held there. All positions before must have been run.
     *
     * @param logits whether to run the head on the last of them, too
     * @throws IndexOutOfBoundsException for an empty or too large batch, a position past the context or an id outside the
     *     vocabulary
     */
    void forward(int[] tokens, int from, int to, int position, boolean logits);

    /** Logits that the last {@link #forward} computed: one float32 for each id of the vocabulary, valid until the next. */
    float[] logits();
}
