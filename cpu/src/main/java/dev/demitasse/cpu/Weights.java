package dev.demitasse.cpu;

import dev.demitasse.cpu.layout.Packing;
import dev.demitasse.gguf.GgufException;
import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.gguf.quant.Dequantizer;
import dev.demitasse.plan.Op;
import dev.demitasse.plan.Plan;
import dev.demitasse.plan.Weight;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Places a plan's weights in memory, and packs them as a file's bytes arrive. */
final class Weights {
    private static final int STAGING_BYTES = 1 << 20;

    private final Map<String, Tensor> tensors = new HashMap<>();
    /** Address of bytes in a file's layout, before they are packed. */
    private final long staging;
    /** Address of one panel in a file's layout, for panels that arrive in several pieces. */
    private final long rawPanel;

    Weights(Plan plan, MemoryLayout memory) {
        Allocator allocator = new Allocator(memory);
        plan.body().forEach(op -> op.accept(allocator));
        plan.head().forEach(op -> op.accept(allocator));
        int rawPanelBytes = 0;
        for (Tensor tensor : tensors.values()) {
            for (Matrix matrix : tensor.matrices) {
                rawPanelBytes = Math.max(rawPanelBytes, matrix.rawPanelBytes());
            }
        }
        staging = memory.allocate(STAGING_BYTES);
        rawPanel = memory.allocate(rawPanelBytes);
    }

    /** Allocates the weights of the operations that it visits. */
    private final class Allocator implements Op.Visitor {
        private final MemoryLayout memory;

        Allocator(MemoryLayout memory) {
            this.memory = memory;
        }

        @Override
        public void visit(Op.Embed op) {
            tensor(op.table()).addMatrix(0, op.table().rows(), memory);
        }

        @Override
        public void visit(Op.RmsNorm op) {
            tensor(op.weight()).addVector(memory);
        }

        @Override
        public void visit(Op.MatMul op) {
            tensor(op.weight()).addMatrix(op.firstRow(), op.out().width(), memory);
            if (op.bias() != null) {
                tensor(op.bias()).addVector(memory);
            }
        }

        @Override
        public void visit(Op.Rope op) {
            if (op.frequencyFactors() != null) {
                tensor(op.frequencyFactors()).addVector(memory);
            }
        }

        // The other operations have no weights.

        @Override
        public void visit(Op.Attention op) {}

        @Override
        public void visit(Op.GatedActivation op) {}

        @Override
        public void visit(Op.SoftCap op) {}

        @Override
        public void visit(Op.Add op) {}

        @Override
        public void visit(Op.LastRows op) {}
    }

    private Tensor tensor(Weight weight) {
        return tensors.computeIfAbsent(weight.name(), name -> new Tensor(weight));
    }

    /** Returns the rows of a tensor that an operation of the plan multiplies by, or looks up. */
    Matrix matrix(Weight weight, int firstRow, int rows) {
        for (Matrix matrix : tensor(weight).matrices) {
            if (matrix.firstRow() == firstRow && matrix.rows() == rows) {
                return matrix;
            }
        }
        throw new IllegalArgumentException(
                "tensor " + weight.name() + ": no operation uses " + rows + " rows from row " + firstRow);
    }

    /** Returns the address of a vector, in float32. */
    long vector(Weight weight) {
        return tensor(weight).vectorAddress;
    }

    /**
     * Returns the elements of a vector.
     *
     * @throws IllegalStateException if it has not been loaded
     */
    float[] elements(Weight weight) {
        float[] elements = tensor(weight).vector;
        if (elements == null) {
            throw new IllegalStateException("tensor " + weight.name() + " has not been loaded");
        }
        return elements;
    }

    /** Accepts the next bytes of a tensor, which may be one that the plan doesn't use. */
    void load(KernelRuntime runtime, TensorInfo info, long offset, ByteBuffer bytes) {
        Tensor tensor = tensors.get(info.name());
        if (tensor != null) {
            tensor.load(runtime, offset, bytes);
        }
    }

    /**
     * Checks that all tensors have been loaded.
     *
     * @throws IllegalStateException if one has not
     */
    void requireAll() {
        for (Tensor tensor : tensors.values()) {
            if (tensor.loaded != tensor.weight.tensor().bytes()) {
                throw new IllegalStateException("tensor " + tensor.weight.name() + " has not been loaded");
            }
        }
    }

    /** A tensor that is being loaded. */
    private final class Tensor {
        private final Weight weight;
        private final List<Matrix> matrices = new ArrayList<>();
        private final Packing packing;
        private long vectorAddress;
        private long loaded;
        /** Bytes of a vector, or of a row that is requantized, until all have arrived. */
        private @Nullable ByteBuffer pending;

        private float @Nullable [] vector;

        Tensor(Weight weight) {
            this.weight = weight;
            packing = Packing.of(weight.tensor().type());
        }

        void addMatrix(int firstRow, int rows, MemoryLayout memory) {
            for (Matrix matrix : matrices) {
                if (matrix.firstRow() == firstRow && matrix.rows() == rows) {
                    return;
                }
            }
            long address = memory.allocate(packing.bytes(weight.columns(), rows));
            matrices.add(new Matrix(weight, firstRow, rows, packing, address));
        }

        void addVector(MemoryLayout memory) {
            if (vectorAddress == 0) {
                // kernels read whole panels
                vectorAddress = memory.allocate(4L * (weight.columns() + Packing.PANEL_ROWS));
            }
        }

        void load(KernelRuntime runtime, long offset, ByteBuffer bytes) {
            if (offset != loaded) {
                throw new IllegalStateException(
                        "tensor " + weight.name() + ": got bytes at " + offset + " instead of " + loaded);
            }
            loaded += bytes.remaining();
            if (vectorAddress != 0) {
                loadVector(runtime, bytes.duplicate());
            } else if (packing.type() == weight.tensor().type()) {
                for (Matrix matrix : matrices) {
                    loadMatrix(runtime, matrix, offset, bytes.duplicate());
                }
            } else {
                requantize(runtime, offset, bytes.duplicate());
            }
        }

        private ByteBuffer pending(long bytes) {
            if (pending == null) {
                pending = ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
            }
            return pending;
        }

        private void loadVector(KernelRuntime runtime, ByteBuffer bytes) {
            ByteBuffer all = pending(weight.tensor().bytes());
            all.put(bytes);
            if (all.hasRemaining()) {
                return;
            }
            float[] elements = new float[weight.columns()];
            Dequantizer.of(weight.tensor().type()).dequantize(all, 0, elements, 0, elements.length);
            ByteBuffer floats = ByteBuffer.allocateDirect(4 * elements.length).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < elements.length; i++) {
                floats.putFloat(4 * i, elements[i]);
            }
            runtime.write(vectorAddress, floats);
            vector = elements;
            pending = null;
        }

        /** Converts types without a packing of their own to float32 and then to Q8_0, a row at a time. */
        private void requantize(KernelRuntime runtime, long offset, ByteBuffer bytes) {
            int columns = weight.columns();
            long rowBytes = weight.tensor().type().bytes(columns);
            long row = offset / rowBytes;
            ByteBuffer raw = pending(rowBytes);
            float[] elements = new float[columns];
            ByteBuffer packed = ByteBuffer.allocateDirect((int) packing.type().bytes(columns));
            packed.order(ByteOrder.LITTLE_ENDIAN);
            while (bytes.hasRemaining()) {
                ByteBuffer part = bytes.duplicate();
                part.limit(part.position() + Math.min(part.remaining(), raw.remaining()));
                bytes.position(part.limit());
                raw.put(part);
                if (!raw.hasRemaining()) {
                    raw.clear();
                    Dequantizer.of(weight.tensor().type()).dequantize(raw, 0, elements, 0, columns);
                    Q80Rows.quantize(elements, packed);
                    for (Matrix matrix : matrices) {
                        loadMatrix(runtime, matrix, row * packed.capacity(), packed.duplicate());
                    }
                    row++;
                }
            }
        }

        /**
         * Stages and packs those of the bytes that belong to a matrix.
         *
         * @param offset offset of the first byte in the tensor, whose rows have the packing's type
         */
        private void loadMatrix(KernelRuntime runtime, Matrix matrix, long offset, ByteBuffer bytes) {
            long rowBytes = matrix.rawRowBytes();
            long start = matrix.firstRow() * rowBytes;
            long end = start + matrix.rows() * rowBytes;
            long from = Math.max(start, offset);
            long to = Math.min(end, offset + bytes.remaining());
            int skipped = bytes.position() - (int) (offset - from);
            for (long at = from; at < to; at += STAGING_BYTES) {
                int length = (int) Math.min(STAGING_BYTES, to - at);
                ByteBuffer part = bytes.duplicate();
                part.limit(skipped + (int) (at - from) + length);
                part.position(skipped + (int) (at - from));
                runtime.write(staging, part);
                pack(runtime, matrix, at - start, length);
            }
        }

        /**
         * Packs staged bytes. Whole panels are packed directly. The pieces of a panel are collected where the packed panel goes, and packed when
         * the last one arrives.
         */
        private void pack(KernelRuntime runtime, Matrix matrix, long offset, int length) {
            int rawPanelBytes = matrix.rawPanelBytes();
            int panelBytes = matrix.packing().panelBytes(matrix.columns());
            long matrixBytes = (long) matrix.rows() * matrix.rawRowBytes();
            int done = 0;
            while (done < length) {
                long at = offset + done;
                int inPanel = (int) (at % rawPanelBytes);
                long panel = matrix.address() + at / rawPanelBytes * panelBytes;
                int whole = (length - done) / rawPanelBytes;
                if (inPanel == 0 && whole > 0) {
                    repack(runtime, matrix, staging + done, panel, whole);
                    done += whole * rawPanelBytes;
                    continue;
                }
                int part = Math.min(length - done, rawPanelBytes - inPanel);
                runtime.copy(panel + inPanel, staging + done, part);
                done += part;
                if (inPanel + part == rawPanelBytes || at + part == matrixBytes) {
                    runtime.copy(rawPanel, panel, rawPanelBytes);
                    repack(runtime, matrix, rawPanel, panel, 1);
                }
            }
        }

        private void repack(KernelRuntime runtime, Matrix matrix, long source, long target, int panels) {
            if (!runtime.repack(matrix.packing(), source, target, matrix.columns(), panels)) {
                throw new GgufException("tensor " + weight.name() + " has a scale that is not a finite number");
            }
        }
    }
}
