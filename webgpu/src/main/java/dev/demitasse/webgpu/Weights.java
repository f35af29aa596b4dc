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

/** The plan's weights in GPU memory, and how they get there as a file's bytes arrive: whole blocks are sent as they are, and taken apart there. */
final class Weights {
    /** Bytes on their way at once. */
    private static final int STAGING_BYTES = 1 << 20;

    private static final int MOST_COPIES = 64;
    private static final int WORKGROUP_SIZE = 64;

    private final Device device;
    private final Device.Buffer staging;
    private final Device.Pipeline repack;
    /** Parameters of the copies of one submission. */
    private final Device.Buffer copies;

    private final ByteBuffer copyParams =
            ByteBuffer.allocateDirect(MOST_COPIES * Params.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final List<Device.BindGroup> copyGroups = new ArrayList<>();
    private final List<Integer> copyWorkgroups = new ArrayList<>();
    private final List<Matrix> matrices = new ArrayList<>();

    private final Map<String, Tensor> tensors = new HashMap<>();
    /** Memory for blocks that wait, when no tensor has it: direct memory is given back late, if at all. */
    private final List<ByteBuffer> chunks = new ArrayList<>();

    private final Map<List<Span>, Integer> places = new HashMap<>();
    private Device.@Nullable Buffer vectors;
    private int vectorQuads;

    Weights(Device device, Shaders shaders) {
        this.device = device;
        staging = device.createStorage("staging", STAGING_BYTES);
        copies = device.createUniforms("copies", MOST_COPIES * Params.BYTES);
        repack = device.createPipeline("repack", shaders.plain("repack"), "main", Map.of());
    }

    private Tensor tensor(Weight weight) {
        return tensors.computeIfAbsent(weight.name(), name -> new Tensor(weight));
    }

    /** A matrix of these rows; the same one for the same rows. */
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

    /** Elements of a vector, or zeros. */
    record Span(@Nullable Weight weight, int elements) {}

    /** Where a vector lies among all, in vec4s; all must be named before {@link #allocateVectors}. */
    int vector(Weight weight) {
        return vectors(List.of(new Span(weight, weight.columns())));
    }

    /** Where several lie, one after the other; the same place for the same vectors. */
    int vectors(List<Span> spans) {
        Integer known = places.get(spans);
        if (known != null) {
            return known;
        }
        int begin = vectorQuads;
        for (Span span : spans) {
            if (span.elements % 4 != 0) {
                throw new IllegalArgumentException(
                        "a vector has " + span.elements + " elements; the GPU kernels need a multiple of 4");
            }
            if (span.weight != null) {
                tensor(span.weight).places.add(vectorQuads);
            }
            vectorQuads += span.elements / 4;
        }
        places.put(spans, begin);
        return begin;
    }

    /** Says that a tensor's elements are wanted here, for {@link #elements}. */
    void keep(Weight vector) {
        tensor(vector).kept = true;
    }

    Device.Buffer allocateVectors() {
        if (vectors == null) {
            vectors = device.createStorage("vectors", vectorBytes());
        }
        return vectors;
    }

    long vectorBytes() {
        return 16L * Math.max(1, vectorQuads);
    }

    /** A vector's elements, when it has been loaded. */
    float[] elements(Weight weight) {
        float[] elements = tensor(weight).elements;
        if (elements == null) {
            throw new IllegalStateException("tensor " + weight.name() + " has not been loaded");
        }
        return elements;
    }

    void load(TensorInfo info, long offset, ByteBuffer bytes) {
        Tensor tensor = tensors.get(info.name());
        if (tensor != null) {
            tensor.load(offset, bytes.duplicate());
        }
    }

    private void submitCopies() {
        device.write(copies, 0, copyParams.clear().limit(copyGroups.size() * Params.BYTES));
        for (int i = 0; i < copyGroups.size(); i++) {
            device.dispatch(repack, copyGroups.get(i), copyWorkgroups.get(i));
        }
        copyGroups.clear();
        copyWorkgroups.clear();
        device.submit();
    }

    void requireAll() {
        for (Tensor tensor : tensors.values()) {
            if (tensor.loaded != tensor.weight.tensor().bytes()) {
                throw new IllegalStateException("tensor " + tensor.weight.name() + " has not been loaded");
            }
        }
    }

    /** Where rows of a tensor stand in a matrix. */
    private record Target(Matrix matrix, Matrix.Segment segment, int row) {}

    /** A tensor on its way. */
    private final class Tensor {
        private final Weight weight;
        private final List<Target> targets = new ArrayList<>();
        private final List<Integer> places = new ArrayList<>();
        private boolean kept;
        private long loaded;
        /** Bytes of a vector, or of blocks, that have come but not been sent. */
        private @Nullable ByteBuffer pending;

        private float @Nullable [] elements;

        Tensor(Weight weight) {
            this.weight = weight;
        }

        void load(long offset, ByteBuffer bytes) {
            if (offset != loaded) {
                throw new IllegalStateException(
                        "tensor " + weight.name() + ": bytes at " + offset + " came when " + loaded + " was next");
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
            int mostBytes = STAGING_BYTES / type.blockBytes() * type.blockBytes();
            if (pending == null) {
                pending = chunks.isEmpty() ? newChunk() : chunks.remove(chunks.size() - 1);
                pending.clear().limit(mostBytes);
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
                    blocks.clear().limit(mostBytes);
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
            for (int quad : places) {
                device.write(allocateVectors(), 16L * quad, floats.duplicate());
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
                for (Matrix.Part part : matrix.parts()) {
                    // Rows of the tensor that are in this part, and blocks of these that have come.
                    long toTensorRow = (long) target.segment.firstRow() - target.row;
                    long firstRow = Math.max(target.row, part.firstRow()) + toTensorRow;
                    long endRow =
                            Math.min(target.row + target.segment.rows(), part.firstRow() + part.rows()) + toTensorRow;
                    long from = Math.max(firstBlock, firstRow * matrix.blocksPerRow());
                    long to = Math.min(endBlock, endRow * matrix.blocksPerRow());
                    if (from < to) {
                        long begin = from - (part.firstRow() + toTensorRow) * matrix.blocksPerRow();
                        copyParts(matrix, part, from - firstBlock, begin, to - from);
                    }
                }
            }
            submitCopies();
        }

        /** @param begin block of the part where they go, @param from block of staging */
        private void copyParts(Matrix matrix, Matrix.Part part, long from, long begin, long blocks) {
            int blockHalves = matrix.type().blockBytes() / 2;
            List<Format.Part> parts = matrix.format().parts();
            for (int i = 0; i < parts.size(); i++) {
                Format.Part piece = parts.get(i);
                int halves = piece.bytes() / 2;
                long first = part.regions()[i] / 2 + begin * halves;
                long end = first + blocks * halves;
                if (copyGroups.size() == MOST_COPIES) {
                    submitCopies();
                }
                Params params = new Params()
                        .ints(blockHalves, (int) (from * blockHalves + piece.offset() / 2), halves, (int) first, (int)
                                end);
                int slot = copyGroups.size() * Params.BYTES;
                params.writeTo(copyParams.clear().position(slot));
                copyGroups.add(device.createBindGroup(
                        repack,
                        List.of(
                                new Device.Binding(0, copies, slot, Params.BYTES),
                                new Device.Binding(1, staging, 0, STAGING_BYTES),
                                new Device.Binding(2, part.buffer(), 0, part.bytes()))));
                int words = (int) ((end + 1) / 2 - first / 2);
                copyWorkgroups.add((words + WORKGROUP_SIZE - 1) / WORKGROUP_SIZE);
            }
        }
    }
}
