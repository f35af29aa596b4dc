package dev.demitasse.plan;

import dev.demitasse.gguf.TensorInfo;

/**
 * A tensor that a plan reads: {@code rows} rows of {@code columns} elements. A vector is one row.
 *
 * @param id index in {@link Plan#weights()}
 */
public record Weight(int id, TensorInfo tensor) {
    public String name() {
        return tensor.name();
    }

    public int columns() {
        return tensor.columns();
    }

    public int rows() {
        return tensor.rows();
    }
}
