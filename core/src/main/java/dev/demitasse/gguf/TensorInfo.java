package dev.demitasse.gguf;

import java.util.List;

/**
 * An entry of the tensor table.
 *
 * @param name unique in the file
 * @param shape sizes, the contiguous dimension first (ggml's order): a weight of {@code [in, out]} has {@code out} rows of {@code in}
 *     elements
 * @param offset of the first byte from the start of the data section
 * @param bytes size in the file
 */
public record TensorInfo(String name, TensorType type, List<Integer> shape, long offset, long bytes) {
    /** Returns the number of elements of a row, the contiguous dimension. */
    public int columns() {
        return shape.get(0);
    }

    /** Returns the product of all dimensions but the first. */
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
