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

/** Where the plan's weights lie in memory, and how they get there as a file's bytes arrive. */
final class Weights {
    private static final int STAGING_BYTES = 1 << 20;

    private final Map<String, Tensor> tensors = new HashMap<>();
    private final long staging;
    private final long rawPanel;

    Weights(Plan plan, MemoryLayout memory) {
        List<Op> ops = new ArrayList<>(plan.body());
        ops.addAll(plan.head());
        int rawPanelBytes = 0;
        for (Op op : ops) {
            if (op instanceof Op.Embed embed) {
                tensor(embed.table()).addMatrix(0, embed.table().rows(), memory);
            } else if (op instanceof Op.MatMul matMul) {
                tensor(matMul.weight())
                        .addMatrix(matMul.firstRow(), matMul.out().width(), memory);
                if (matMul.bias() != null) {
                    tensor(matMul.bias()).addVector(memory);
                }
            } else if (op instanceof Op.RmsNorm norm) {
                tensor(norm.weight()).addVector(memory);
            } else if (op instanceof Op.Rope rope && rope.frequencyFactors() != null) {
                tensor(rope.frequencyFactors()).addVector(memory);
            }
        }
        for (Tensor tensor : tensors.values()) {
            for (Matrix matrix : tensor.matrices) {
                rawPanelBytes = Math.max(rawPanelBytes, matrix.rawPanelBytes());
            }
        }
        staging = memory.allocate(STAGING_BYTES);
        rawPanel = memory.allocate(rawPanelBytes);
    }

    private Tensor tensor(Weight weight) {
        return tensors.computeIfAbsent(weight.name(), name -> new Tensor(weight));
    }

    /** A matrix that an operation of the plan names. */
    Matrix matrix(Weight weight, int firstRow, int rows) {
        for (Matrix matrix : tensor(weight).matrices) {
            if (matrix.firstRow() == firstRow && matrix.rows() == rows) {
                return matrix;
            }
        }
        throw new IllegalArgumentException("no rows from " + firstRow + " of " + weight.name() + " were asked for");
    }

    /** Address of a vector, in float32. */
    long vector(Weight weight) {
        return tensor(weight).vectorAddress;
    }

    /** A vector's elements, when it has been loaded. */
    float[] elements(Weight weight) {
        float[] elements = tensor(weight).vector;
        if (elements == null) {
            throw new IllegalStateException("tensor " + weight.name() + " has not been loaded");
        }
        return elements;
    }

    void load(KernelRuntime runtime, TensorInfo info, long offset, ByteBuffer bytes) {
        Tensor tensor = tensors.get(info.name());
        if (tensor != null) {
            tensor.load(runtime, offset, bytes);
        }
    }

    void requireAll() {
        for (Tensor tensor : tensors.values()) {
            if (tensor.loaded != tensor.weight.tensor().bytes()) {
                throw new IllegalStateException("tensor " + tensor.weight.name() + " has not been loaded");
            }
        }
    }

    /** A tensor on its way into memory. */
    private final class Tensor {
        private final Weight weight;
        private final List<Matrix> matrices = new ArrayList<>();
        private final Packing packing;
        private long vectorAddress;
        private long loaded;
        /** Bytes of a vector, or of a row that must be requantized, until they are complete. */
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
                // kernels read whole panels of it
                vectorAddress = memory.allocate(4L * (weight.columns() + Packing.PANEL_ROWS));
            }
        }

        void load(KernelRuntime runtime, long offset, ByteBuffer bytes) {
            if (offset != loaded) {
                throw new IllegalStateException(
                        "tensor " + weight.name() + ": bytes at " + offset + " came when " + loaded + " was next");
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

        /** Types without a packing of their own go through float32 to Q8_0, a row at a time. */
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

        /** @param offset of the first byte in the tensor, whose rows have the packing's type */
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

        /** Packs what is staged: whole panels from where they are, those in several pieces when the last piece has come. */
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
