package dev.demitasse.webgpu;

import dev.demitasse.gguf.TensorType;
import dev.demitasse.plan.Weight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A matrix in GPU memory: rows of one or several tensors, stacked, for one product by all of them. A matrix that is larger than a binding
 * may be is divided into several buffers.
 */
final class Matrix {
    /** A range of a tensor's rows. */
    record Segment(Weight weight, int firstRow, int rows) {}

    /**
     * A range of the matrix's rows, in a buffer of its own.
     *
     * @param planes offsets of the format's planes in bytes
     */
    record Slice(int firstRow, int rows, Device.Buffer buffer, long bytes, long[] planes) {}

    private static final int PLANE_ALIGNMENT = 16;
    /** Kernels compute four rows at a time. */
    private static final int ROW_ALIGNMENT = 4;

    private final List<Segment> segments;
    private final TensorType type;
    private final Format format;
    private final int columns;
    private final List<Slice> slices = new ArrayList<>();

    /**
     * Creates the buffers of a matrix.
     *
     * @throws IllegalArgumentException if the kernels don't support the number of rows or columns
     */
    Matrix(List<Segment> segments, Device device) {
        this.segments = List.copyOf(segments);
        Weight first = segments.get(0).weight();
        type = first.tensor().type();
        format = Format.of(type);
        columns = first.columns();
        int rows = segments.stream().mapToInt(Segment::rows).sum();
        require(columns, Format.SUB_BLOCK_COLUMNS, "columns", first);
        for (Segment segment : segments) {
            require(segment.rows(), ROW_ALIGNMENT, "rows", segment.weight());
        }
        int planes = format.planes().size();
        int maxRows = rows;
        while (layout(maxRows)[planes] > device.maxBindingBytes()) {
            maxRows = (maxRows / 2 + ROW_ALIGNMENT - 1) / ROW_ALIGNMENT * ROW_ALIGNMENT;
        }
        for (int row = 0; row < rows; row += maxRows) {
            int count = Math.min(maxRows, rows - row);
            long[] layout = layout(count);
            long bytes = layout[planes];
            Device.Buffer buffer = device.createStorage(first.name(), bytes);
            slices.add(new Slice(row, count, buffer, bytes, Arrays.copyOf(layout, planes)));
        }
    }

    private static void require(int count, int divisor, String what, Weight weight) {
        if (count % divisor != 0) {
            throw new IllegalArgumentException("tensor " + weight.name() + " has " + count + " " + what
                    + "; the GPU kernels need a multiple of " + divisor);
        }
    }

    /** Returns the offsets of the planes of {@code rows} rows, and the end of the last plane, in bytes. */
    private long[] layout(int rows) {
        long blocks = (long) rows * blocksPerRow();
        long[] offsets = new long[format.planes().size() + 1];
        for (int i = 0; i < format.planes().size(); i++) {
            long end = offsets[i] + blocks * format.planes().get(i).bytes();
            offsets[i + 1] = (end + PLANE_ALIGNMENT - 1) / PLANE_ALIGNMENT * PLANE_ALIGNMENT;
        }
        return offsets;
    }

    List<Segment> segments() {
        return segments;
    }

    TensorType type() {
        return type;
    }

    Format format() {
        return format;
    }

    List<Slice> slices() {
        return slices;
    }

    int blocksPerRow() {
        return columns / type.blockSize();
    }

    int subBlocksPerRow() {
        return columns / Format.SUB_BLOCK_COLUMNS;
    }
}
