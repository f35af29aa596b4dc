package dev.demitasse.gguf;

import java.util.List;

/**
 * One row of the tensor table.
 *
 * @param name unique in the file
 * @param shape element counts, the contiguous dimension first (ggml order): a weight of {@code [in, out]} has
 *     {@code out} rows of {@code in} elements
 * @param offset first byte, counted from the start of the data section
 * @param bytes size in the file
 */
public record TensorInfo(String name, TensorType type, List<Integer> shape, long offset, long bytes) {
    /** Elements in a row (the contiguous dimension). */
    public int columns() {
        return shape.get(0);
    }

    /** Product of all dimensions but the first. */
    public int rows() {
        int rows = 1;
        for (int i = 1; i < shape.size(); i++) {
            rows = Math.multiplyExact(rows, shape.get(i));
        }
        return rows;
    }

    public long elements() {
        return (long) columns() * rows();
    }
}
