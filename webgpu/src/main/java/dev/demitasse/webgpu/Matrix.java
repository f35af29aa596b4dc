package dev.demitasse.webgpu;

import dev.demitasse.gguf.TensorType;
import dev.demitasse.plan.Weight;
import java.util.ArrayList;
import java.util.List;

/**
 * A matrix in GPU memory: rows of one or several tensors, one below the other, which kernels multiply by at once. It takes several buffers where
 * one would be larger than a binding may be.
 */
final class Matrix {
    /** Rows of a tensor. */
    record Segment(Weight weight, int firstRow, int rows) {}

    /**
     * Some rows of the matrix, in a buffer of their own.
     *
     * @param regions where the format's parts begin, in bytes
     */
    record Part(int firstRow, int rows, Device.Buffer buffer, long bytes, long[] regions) {}

    private static final int REGION_ALIGNMENT = 16;
    /** Kernels do rows by fours. */
    private static final int ROW_ALIGNMENT = 4;

    private final List<Segment> segments;
    private final TensorType type;
    private final Format format;
    private final int columns;
    private final List<Part> parts = new ArrayList<>();

    Matrix(List<Segment> segments, Device device) {
        this.segments = List.copyOf(segments);
        Weight first = segments.get(0).weight();
        type = first.tensor().type();
        format = Format.of(type);
        columns = first.columns();
        int rows = segments.stream().mapToInt(Segment::rows).sum();
        require(columns, Format.UNIT_COLUMNS, "columns", first);
        for (Segment segment : segments) {
            require(segment.rows(), ROW_ALIGNMENT, "rows", segment.weight());
        }
        int most = rows;
        while (layout(most)[format.parts().size()] > device.maxBindingBytes()) {
            most = (most / 2 + ROW_ALIGNMENT - 1) / ROW_ALIGNMENT * ROW_ALIGNMENT;
        }
        for (int row = 0; row < rows; row += most) {
            int count = Math.min(most, rows - row);
            long[] regions = layout(count);
            long bytes = regions[format.parts().size()];
            parts.add(new Part(row, count, device.createStorage(first.name(), bytes), bytes, regions));
        }
    }

    private static void require(int count, int divisor, String what, Weight weight) {
        if (count % divisor != 0) {
            throw new IllegalArgumentException("tensor " + weight.name() + " has " + count + " " + what
                    + "; the GPU kernels need a multiple of " + divisor);
        }
    }

    /** Where the regions of so many rows begin, in bytes, and where the last ends. */
    private long[] layout(int rowCount) {
        long blocks = (long) rowCount * blocksPerRow();
        long[] begins = new long[format.parts().size() + 1];
        for (int i = 0; i < format.parts().size(); i++) {
            long end = begins[i] + blocks * format.parts().get(i).bytes();
            begins[i + 1] = (end + REGION_ALIGNMENT - 1) / REGION_ALIGNMENT * REGION_ALIGNMENT;
        }
        return begins;
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

    List<Part> parts() {
        return parts;
    }

    int blocksPerRow() {
        return columns / type.blockSize();
    }

    int unitsPerRow() {
        return columns / Format.UNIT_COLUMNS;
    }
}
