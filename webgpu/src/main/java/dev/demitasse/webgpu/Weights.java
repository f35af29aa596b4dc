package dev.demitasse.webgpu;

import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.gguf.TensorType;
import dev.demitasse.gguf.quant.Dequantizer;
import dev.demitasse.plan.Weight;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The plan's weights in GPU memory. As the bytes of a file arrive, whole blocks are sent as they are; a kernel ({@code repack.wgsl}) divides
 * them into planes.
 */
final class Weights {
    /** Bytes of blocks that are sent at once. */
    private static final int STAGING_BYTES = 1 << 20;

    private static final int MAX_COPIES = 64;
    private static final int WORKGROUP_SIZE = Size.WORKGROUP_SIZE.value();

    private final Device device;
    private final Device.Buffer staging;
    private final Kernel repack;
    /** Parameters of the copies of one submission: each fills a plane of a slice. */
    private final Device.Buffer copies;

    private final ByteBuffer copyParams =
            ByteBuffer.allocateDirect(MAX_COPIES * Params.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final List<Device.BindGroup> copyGroups = new ArrayList<>();
    private final List<Integer> copyWorkgroups = new ArrayList<>();
    private final List<Matrix> matrices = new ArrayList<>();

    private final Map<String, Tensor> tensors = new HashMap<>();
    /** Free buffers for pending blocks. They are reused, since direct memory is freed late, if at all. */
    private final List<ByteBuffer> chunks = new ArrayList<>();

    private final Map<List<Span>, Integer> places = new HashMap<>();
    private Device.@Nullable Buffer vectors;
    private int vectorVec4s;

    Weights(Device device, Kernels kernels) {
        this.device = device;
        staging = device.createStorage("staging", STAGING_BYTES);
        copies = device.createUniforms("copies", MAX_COPIES * Params.BYTES);
        repack = kernels.get(KernelSource.REPACK, "main", Map.of());
    }

    private Tensor tensor(Weight weight) {
        return tensors.computeIfAbsent(weight.name(), name -> new Tensor(weight));
    }

    /** Returns the matrix of these rows, the same one for equal rows. */
    Matrix matrix(List<Matrix.Segment> segments) {
        for (Matrix matrix : matrices) {
            if (matrix.segments().equals(segments)) {
                return matrix;
            }
        }
        Matrix matrix = new Matrix(segments, device);
        matrices.add(matrix);
        int row = 0;
        for (Matrix.Segment segment : segments) {
            tensor(segment.weight()).targets.add(new Target(matrix, segment, row));
            row += segment.rows();
        }
        return matrix;
    }

    /**
     * A part of a vector.
     *
     * @param weight its elements; null for zeros
     */
    record Span(@Nullable Weight weight, int elements) {}

    /** Reserves a place for a vector, and returns its offset in vec4s. Must be called before {@link #allocateVectors}. */
    int vector(Weight weight) {
        return vectors(List.of(new Span(weight, weight.columns())));
    }

    /** Reserves a place for several vectors in a row, the same one for equal vectors, and returns its offset in vec4s. */
    int vectors(List<Span> spans) {
        Integer known = places.get(spans);
        if (known != null) {
            return known;
        }
        int begin = vectorVec4s;
        for (Span span : spans) {
            if (span.elements % 4 != 0) {
                throw new IllegalArgumentException(
                        "a vector has " + span.elements + " elements; the GPU kernels need a multiple of 4");
            }
            if (span.weight != null) {
                tensor(span.weight).places.add(vectorVec4s);
            }
            vectorVec4s += span.elements / 4;
        }
        places.put(spans, begin);
        return begin;
    }

    /** Keeps the elements of a vector for {@link #elements} when they are loaded. */
    void keep(Weight vector) {
        tensor(vector).kept = true;
    }

    /** Returns the buffer of all vectors, and creates it on the first call. */
    Device.Buffer allocateVectors() {
        if (vectors == null) {
            vectors = device.createStorage("vectors", vectorBytes());
        }
        return vectors;
    }

    long vectorBytes() {
        return 16L * Math.max(1, vectorVec4s);
    }

    /**
     * Returns the elements of a vector that {@link #keep} named.
     *
     * @throws IllegalStateException if it has not been loaded
     */
    float[] elements(Weight weight) {
        float[] elements = tensor(weight).elements;
        if (elements == null) {
            throw new IllegalStateException("tensor " + weight.name() + " has not been loaded");
        }
        return elements;
    }

    /** Takes a range of a tensor's bytes; ranges of a tensor must arrive in order. */
    void load(TensorInfo info, long offset, ByteBuffer bytes) {
        Tensor tensor = tensors.get(info.name());
        if (tensor != null) {
            tensor.load(offset, bytes.duplicate());
        }
    }

    private void submitCopies() {
        device.write(copies, 0, copyParams.clear().limit(copyGroups.size() * Params.BYTES));
        for (int i = 0; i < copyGroups.size(); i++) {
            device.dispatch(repack.pipeline(), copyGroups.get(i), copyWorkgroups.get(i));
        }
        copyGroups.clear();
        copyWorkgroups.clear();
        device.submit();
    }

    /**
     * Checks that all weights are loaded.
     *
     * @throws IllegalStateException if one isn't
     */
    void requireAll() {
        for (Tensor tensor : tensors.values()) {
            if (tensor.loaded != tensor.weight.tensor().bytes()) {
                throw new IllegalStateException("tensor " + tensor.weight.name() + " has not been loaded");
            }
        }
    }

    /**
     * The place of a tensor's rows in a matrix.
     *
     * @param row of the matrix where the segment begins
     */
    private record Target(Matrix matrix, Matrix.Segment segment, int row) {}

    /** A tensor that is being loaded. */
    private final class Tensor {
        private final Weight weight;
        private final List<Target> targets = new ArrayList<>();
        private final List<Integer> places = new ArrayList<>();
        private boolean kept;
        private long loaded;
        /** Bytes of a vector, or of blocks, that have arrived but are not sent. */
        private @Nullable ByteBuffer pending;

        private float @Nullable [] elements;

        Tensor(Weight weight) {
            this.weight = weight;
        }

        void load(long offset, ByteBuffer bytes) {
            if (offset != loaded) {
                throw new IllegalStateException("tensor " + weight.name() + ": bytes at offset " + offset + " arrived; "
                        + loaded + " was expected");
            }
            TensorType type = weight.tensor().type();
            if (targets.isEmpty()) {
                loaded += bytes.remaining();
                if (pending == null) {
                    pending = ByteBuffer.allocateDirect((int) weight.tensor().bytes())
                            .order(ByteOrder.LITTLE_ENDIAN);
                }
                ByteBuffer all = pending;
                all.put(bytes);
                if (!all.hasRemaining()) {
                    loadVector(all);
                    pending = null;
                }
                return;
            }
            int maxBytes = STAGING_BYTES / type.blockBytes() * type.blockBytes();
            if (pending == null) {
                pending = chunks.isEmpty() ? newChunk() : chunks.remove(chunks.size() - 1);
                pending.clear().limit(maxBytes);
            }
            ByteBuffer blocks = pending;
            while (bytes.hasRemaining()) {
                ByteBuffer part = bytes.duplicate();
                part.limit(part.position() + Math.min(part.remaining(), blocks.remaining()));
                bytes.position(part.limit());
                loaded += part.remaining();
                blocks.put(part);
                if (!blocks.hasRemaining() || loaded == weight.tensor().bytes()) {
                    blocks.flip();
                    sendBlocks(blocks);
                    blocks.clear().limit(maxBytes);
                }
            }
            if (loaded == weight.tensor().bytes()) {
                chunks.add(blocks);
                pending = null;
            }
        }

        private ByteBuffer newChunk() {
            return ByteBuffer.allocateDirect(STAGING_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        }

        private void loadVector(ByteBuffer all) {
            elements = new float[weight.columns()];
            Dequantizer.of(weight.tensor().type()).dequantize(all, 0, elements, 0, elements.length);
            ByteBuffer floats = ByteBuffer.allocateDirect(4 * elements.length).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < elements.length; i++) {
                floats.putFloat(4 * i, elements[i]);
            }
            for (int vec4 : places) {
                device.write(allocateVectors(), 16L * vec4, floats.duplicate());
            }
            if (!kept) {
                elements = null;
            }
        }

        private void sendBlocks(ByteBuffer blocks) {
            TensorType type = weight.tensor().type();
            int bytes = blocks.remaining();
            long firstBlock = (loaded - bytes) / type.blockBytes();
            long endBlock = loaded / type.blockBytes();
            device.write(staging, 0, blocks.duplicate().limit(bytes + bytes % 4));
            for (Target target : targets) {
                Matrix matrix = target.matrix;
                for (Matrix.Slice slice : matrix.slices()) {
                    // The tensor's rows in this slice, and the range of their blocks that has arrived.
                    long toTensorRow = (long) target.segment.firstRow() - target.row;
                    long firstRow = Math.max(target.row, slice.firstRow()) + toTensorRow;
                    long endRow =
                            Math.min(target.row + target.segment.rows(), slice.firstRow() + slice.rows()) + toTensorRow;
                    long from = Math.max(firstBlock, firstRow * matrix.blocksPerRow());
                    long to = Math.min(endBlock, endRow * matrix.blocksPerRow());
                    if (from < to) {
                        long begin = from - (slice.firstRow() + toTensorRow) * matrix.blocksPerRow();
                        copyBlocks(matrix, slice, from - firstBlock, begin, to - from);
                    }
                }
            }
            submitCopies();
        }

        /**
         * Copies blocks to the planes of a slice.
         *
         * @param from index of the first in the staging buffer
         * @param begin index of the first in the slice
         */
        private void copyBlocks(Matrix matrix, Matrix.Slice slice, long from, long begin, long blocks) {
            int blockHalves = matrix.type().blockBytes() / 2;
            List<Format.Plane> planes = matrix.format().planes();
            for (int i = 0; i < planes.size(); i++) {
                Format.Plane plane = planes.get(i);
                int halves = plane.bytes() / 2;
                long first = slice.planes()[i] / 2 + begin * halves;
                long end = first + blocks * halves;
                if (copyGroups.size() == MAX_COPIES) {
                    submitCopies();
                }
                Params params = repack.params()
                        .set("block_halves", blockHalves)
                        .set("field_offset", (int) (from * blockHalves + plane.offset() / 2))
                        .set("field_halves", halves)
                        .set("begin", (int) first)
                        .set("end", (int) end);
                params.requireComplete();
                int offset = copyGroups.size() * Params.BYTES;
                params.writeTo(copyParams.clear().position(offset));
                copyGroups.add(device.createBindGroup(
                        repack.pipeline(),
                        List.of(
                                new Device.Binding(Slot.PARAMS, copies, offset, Params.BYTES),
                                new Device.Binding(Slot.PLANES_U32, slice.buffer(), 0, slice.bytes()),
                                new Device.Binding(Slot.BLOCKS, staging, 0, STAGING_BYTES))));
                int words = (int) ((end + 1) / 2 - first / 2);
                copyWorkgroups.add((words + WORKGROUP_SIZE - 1) / WORKGROUP_SIZE);
            }
        }
    }
}
