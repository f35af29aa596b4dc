package dev.demitasse.huggingface;

import dev.demitasse.gguf.GgufException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The header of a safetensors file (safetensors' README, "Format"): 8 bytes with the length of a JSON text, then the text.
 *
 * @param file name of the file
 * @param bytes size of the header in the file
 * @param tensors in the order of their data, without gaps
 */
record SafetensorsHeader(String file, int bytes, List<SafetensorsTensor> tensors) {
    static final int LENGTH_BYTES = Long.BYTES;

    /** Limits the memory for a header; headers of models that run here are far smaller. */
    private static final int MAX_TEXT_BYTES = 1 << 24;

    private static final String METADATA = "__metadata__";

    /** Returns the length of the header's text. */
    static int textBytes(String file, ByteBuffer prefix) {
        long length = prefix.getLong(0);
        if (length < 2 || length > MAX_TEXT_BYTES) {
            throw new GgufException(file + ": the header has a length of " + Long.toUnsignedString(length)
                    + " bytes; 2 to " + MAX_TEXT_BYTES + " are allowed");
        }
        return (int) length;
    }

    /**
     * Parses a header.
     *
     * @param text the header without its length
     * @throws GgufException naming the tensor and field that is malformed, out of bounds or not supported
     */
    static SafetensorsHeader parse(String file, byte[] text) {
        Fields header = Fields.parse(file, new String(text, StandardCharsets.UTF_8));
        List<SafetensorsTensor> tensors = new ArrayList<>();
        for (String name : header.names()) {
            if (!name.equals(METADATA)) {
                tensors.add(tensor(name, header.object(name)));
            }
        }
        tensors.sort(Comparator.comparingLong(SafetensorsTensor::begin));
        long end = 0;
        for (SafetensorsTensor tensor : tensors) {
            // A repeated name leaves a gap, too: the JSON reader keeps one of the two tensors.
            if (tensor.begin() != end) {
                throw new GgufException(file + ": tensor " + tensor.name() + " begins at " + tensor.begin()
                        + (tensor.begin() < end ? ", inside another" : ", after a gap") + " that ends at " + end);
            }
            end = tensor.end();
        }
        return new SafetensorsHeader(file, LENGTH_BYTES + text.length, List.copyOf(tensors));
    }

    /** Returns the size of the whole file. */
    long fileBytes() {
        return bytes + (tensors.isEmpty() ? 0 : tensors.get(tensors.size() - 1).end());
    }

    private static SafetensorsTensor tensor(String name, Fields fields) {
        SafetensorsTensor.DType type = type(fields);
        List<Integer> shape = new ArrayList<>();
        long bytes = type.bytes();
        for (long size : fields.integers("shape")) {
            if (size < 1 || size > Integer.MAX_VALUE) {
                throw fields.error("shape", "has a dimension of " + size + ", which is out of range");
            }
            shape.add((int) size);
            bytes *= size;
            if (bytes > Integer.MAX_VALUE) {
                throw fields.error("shape", "is " + fields.integers("shape") + ", which is larger than 2 GiB");
            }
        }
        List<Long> offsets = fields.integers("data_offsets");
        if (offsets.size() != 2
                || offsets.get(0) < 0
                || offsets.get(1) < offsets.get(0)
                || offsets.get(1) - offsets.get(0) != bytes) {
            throw fields.error("data_offsets", "is " + offsets + "; expected the place of " + bytes + " bytes");
        }
        return new SafetensorsTensor(name, type, List.copyOf(shape), offsets.get(0), (int) bytes);
    }

    private static SafetensorsTensor.DType type(Fields fields) {
        String name = fields.string("dtype");
        for (SafetensorsTensor.DType type : SafetensorsTensor.DType.values()) {
            if (type.name().equals(name)) {
                return type;
            }
        }
        throw fields.error("dtype", "is \"" + name + "\", which is not supported");
    }
}
