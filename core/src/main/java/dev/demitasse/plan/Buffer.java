package dev.demitasse.plan;

/**
 * An activation: a matrix of float32, one row per token. Each buffer is written by exactly one operation; which buffers
 * share memory is for {@link MemoryPlan} to say.
 *
 * @param id place in {@link Plan#buffers()}
 * @param name for people: profiles and error messages
 * @param width elements in a row
 * @param rows how many rows it has
 */
public record Buffer(int id, String name, int width, Rows rows) {
    /** Rows of a buffer. */
    public enum Rows {
        /** One for every token of the batch. */
        BATCH,
        /** One for each of the batch's last tokens, of which logits are asked for. */
        LAST
    }
}
