package dev.demitasse.huggingface;

import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufException;
import dev.demitasse.gguf.GgufStream;
import dev.demitasse.gguf.Metadata;
import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.gguf.TensorType;
import dev.demitasse.huggingface.SafetensorsTensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The tensors of a folder as a GGUF file has them: matrices in their own type, vectors in float32, quantized matrices in Q5_0. Provides
 * the conversion of each tensor.
 */
final class TensorView {
    private static final String QWEIGHT = ".qweight";
    private static final String QZEROS = ".qzeros";
    private static final String SCALES = ".scales";

    private static final int STAGING_BYTES = 1 << 16;

    private final ModelConfig config;
    private final GgufStream.Sink sink;
    private final ByteBuffer staging = ByteBuffer.allocateDirect(STAGING_BYTES);
    private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    private final Map<TensorInfo, ByteBuffer> tables = new LinkedHashMap<>();
    private final Map<String, Conversion> conversions = new HashMap<>();
    private final Map<String, Map<String, SafetensorsTensor>> quantized = new LinkedHashMap<>();
    private long end;

    /**
     * Maps the tensors of all files.
     *
     * @param headers of all files
     * @param sink receives the converted bytes
     * @throws GgufException naming a tensor that is unknown, missing, repeated or of an invalid shape or type
     */
    TensorView(ModelConfig config, List<SafetensorsHeader> headers, GgufStream.Sink sink) {
        this.config = config;
        this.sink = sink;
        for (Map.Entry<String, float[]> table : config.tables().entrySet()) {
            float[] values = table.getValue();
            tables.put(add(table.getKey(), TensorType.F32, values.length), FloatVector.bytes(values));
        }
        Set<String> names = new HashSet<>();
        for (SafetensorsHeader header : headers) {
            for (SafetensorsTensor tensor : header.tensors()) {
                if (!names.add(tensor.name())) {
                    throw error(tensor.name(), "is repeated in " + header.file());
                }
                add(tensor);
            }
        }
        quantized.forEach(this::addQuantized);
        if (!config.tied() && !tensors.containsKey("output.weight")) {
            throw error("lm_head.weight", "is missing, though tie_word_embeddings is false");
        }
    }

    /** Returns the header of a GGUF file with these tensors. */
    Gguf gguf(Map<String, Object> metadata) {
        return new Gguf(3, new Metadata(metadata), List.copyOf(tensors.values()), 0);
    }

    /** Returns the number of rows of the embedding table, which is the vocabulary size. */
    int vocabularySize() {
        TensorInfo embedding = tensors.get("token_embd.weight");
        if (embedding == null) {
            throw error("model.embed_tokens.weight", "is missing");
        }
        return embedding.rows();
    }

    /** Passes on the tensors that no file has. */
    void loadTables() {
        tables.forEach((tensor, bytes) -> output(tensor).accept(bytes));
    }

    /** Returns the conversion of a tensor; one that drops the bytes if the plan does not need the tensor. */
    Conversion conversion(SafetensorsTensor tensor) {
        return conversions.getOrDefault(tensor.name(), bytes -> {});
    }

    private void add(SafetensorsTensor tensor) {
        String name = tensor.name();
        if (name.endsWith(".rotary_emb.inv_freq") || name.equals("lm_head.weight") && config.tied()) {
            return;
        }
        for (String part : List.of(QWEIGHT, QZEROS, SCALES)) {
            if (config.awqGroup() != ModelConfig.NOT_AWQ && name.endsWith(part)) {
                String module = name.substring(0, name.length() - part.length());
                quantized.computeIfAbsent(module, m -> new HashMap<>()).put(part, tensor);
                return;
            }
        }
        conversions.put(name, conversion(tensor, ggufName(name)));
    }

    private Conversion conversion(SafetensorsTensor tensor, String name) {
        TensorType type =
                switch (tensor.type()) {
                    case F32 -> TensorType.F32;
                    case F16 -> TensorType.F16;
                    case BF16 -> TensorType.BF16;
                    case I32 -> throw error(tensor.name(), "has dtype I32; its elements should be floats");
                };
        List<Integer> shape = tensor.shape();
        if (shape.size() == 1) {
            int size = shape.get(0);
            Conversion output = output(add(name, TensorType.F32, size));
            Conversion ordered = permuted(tensor.name(), name, size, Float.BYTES, output);
            return new FloatVector(type, size, config.architecture().shift(name), ordered);
        }
        if (shape.size() != 2) {
            throw error(tensor.name(), "has shape " + shape + "; a vector or matrix is expected");
        }
        int rows = shape.get(0);
        int columns = shape.get(1);
        return permuted(tensor.name(), name, rows, type.bytes(columns), output(add(name, type, columns, rows)));
    }

    private void addQuantized(String module, Map<String, SafetensorsTensor> parts) {
        SafetensorsTensor weights = part(module, QWEIGHT, parts);
        List<Integer> shape = weights.shape();
        if (shape.size() != 2 || shape.get(0) % AwqMatrix.BLOCK != 0) {
            throw error(weights.name(), "has shape " + shape + "; a multiple of 32 inputs is expected");
        }
        int inputs = shape.get(0);
        int packed = shape.get(1);
        int group = config.awqGroup() == ModelConfig.WHOLE_COLUMN ? inputs : config.awqGroup();
        if (inputs % group != 0) {
            throw error(weights.name(), "has " + inputs + " inputs, not a multiple of group_size, " + group);
        }
        int outputs = packed * AwqMatrix.PACKED; // fits: with 32 inputs or more the tensor has more bytes
        SafetensorsTensor zeros = part(module, QZEROS, parts);
        SafetensorsTensor scales = part(module, SCALES, parts);
        check(weights, DType.I32, inputs, packed);
        check(zeros, DType.I32, inputs / group, packed);
        check(scales, DType.F16, inputs / group, outputs);
        String name = ggufName(module + ".weight");
        Conversion output = output(add(name, TensorType.Q5_0, inputs, outputs));
        Conversion rows = permuted(module, name, outputs, TensorType.Q5_0.bytes(inputs), output);
        AwqMatrix matrix = new AwqMatrix(inputs, outputs, group, rows);
        conversions.put(weights.name(), matrix.weights());
        conversions.put(zeros.name(), matrix.zeros());
        conversions.put(scales.name(), matrix.scales());
    }

    private static SafetensorsTensor part(String module, String part, Map<String, SafetensorsTensor> parts) {
        SafetensorsTensor tensor = parts.get(part);
        if (tensor == null) {
            throw error(module + part, "is missing");
        }
        return tensor;
    }

    private static void check(SafetensorsTensor tensor, DType type, int rows, int columns) {
        if (tensor.type() != type || !tensor.shape().equals(List.of(rows, columns))) {
            throw error(
                    tensor.name(),
                    "is " + tensor.type() + " of shape " + tensor.shape() + "; expected " + type + " of shape [" + rows
                            + ", " + columns + "]");
        }
    }

    private Conversion permuted(String given, String name, int rows, long rowBytes, Conversion next) {
        if (!config.architecture().isPermuted(name)) {
            return next;
        }
        int headSize = config.headSize();
        if (headSize % 2 != 0 || rows % headSize != 0) {
            throw error(given, "has " + rows + " rows, not heads of " + headSize);
        }
        return new HeadPermutation(headSize, (int) rowBytes, next);
    }

    private String ggufName(String name) {
        String ggufName = config.architecture().tensor(name);
        if (ggufName == null) {
            throw error(name, "is not one this architecture knows");
        }
        return ggufName;
    }

    private TensorInfo add(String name, TensorType type, int... shape) {
        List<Integer> sizes = new ArrayList<>();
        long elements = 1;
        for (int size : shape) {
            sizes.add(size);
            elements *= size;
        }
        long bytes = type.bytes(elements);
        if (bytes > Integer.MAX_VALUE) {
            throw error(name, "is larger than 2 GiB");
        }
        TensorInfo tensor = new TensorInfo(name, type, List.copyOf(sizes), end, bytes);
        if (tensors.put(name, tensor) != null) {
            throw error(name, "is given by two tensors");
        }
        end += bytes;
        return tensor;
    }

    private Conversion output(TensorInfo tensor) {
        return new Output(tensor, sink, staging);
    }

    private static GgufException error(String tensor, String problem) {
        return new GgufException("tensor " + tensor + " " + problem);
    }

    /** The last step of each conversion: passes on bytes in direct buffers, since backends in a browser can read no others. */
    private static final class Output implements Conversion {
        private final TensorInfo tensor;
        private final GgufStream.Sink sink;
        private final ByteBuffer staging;
        private long offset;

        Output(TensorInfo tensor, GgufStream.Sink sink, ByteBuffer staging) {
            this.tensor = tensor;
            this.sink = sink;
            this.staging = staging;
        }

        @Override
        public void accept(ByteBuffer bytes) {
            if (bytes.isDirect()) {
                pass(bytes);
                return;
            }
            while (bytes.hasRemaining()) {
                int count = Math.min(bytes.remaining(), staging.capacity());
                staging.clear().put(bytes.slice().limit(count));
                bytes.position(bytes.position() + count);
                pass(staging.flip());
            }
        }

        private void pass(ByteBuffer bytes) {
            int count = bytes.remaining();
            sink.bytes(tensor, offset, bytes.order(ByteOrder.LITTLE_ENDIAN));
            offset += count;
        }
    }
}
