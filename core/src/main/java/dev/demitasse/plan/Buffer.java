package dev.demitasse.plan;

/**
 * An activation: a matrix of float32 with a row for each token. Each buffer is written by exactly one operation. {@link MemoryPlan}
 * decides which buffers share memory.
 *
 * @param id index in {@link Plan#buffers()}
 * @param name for profiles and error messages
 * @param width elements of a row
 * @param rows number of rows
 */
public record Buffer(int id, String name, int width, Rows rows) {
    /** Number of rows of a buffer. */
    public enum Rows {
        /** One for each token of the batch. */
        BATCH,
        /** One for each of the batch's last tokens whose logits are computed. */
        LAST
    }
}
