package dev.demitasse.gguf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Parses a header from a prefix of the file. Every count and length is checked against the remaining bytes of the file before it
 * is used, and nothing is allocated for bytes that have not arrived.
 */
final class HeaderParser {
    /** Thrown if the prefix is too short, although the file is not. */
    static final class Incomplete extends Exception {
        private static final long serialVersionUID = 1L;

        Incomplete() {
            super(null, null, false, false);
        }
    }

    private static final int MAGIC = 0x46554747; // "GGUF", little-endian
    private static final int MAX_KEY_BYTES = 65_535; // the specification's limit
    private static final int MAX_TENSOR_NAME_BYTES = 64; // GGML_MAX_NAME
    private static final int MAX_DIMENSIONS = 4; // GGML_MAX_DIMS
    private static final int DEFAULT_ALIGNMENT = 32;
    private static final int MIN_PAIR_BYTES = Long.BYTES + Integer.BYTES + 1;
    private static final int MIN_TENSOR_BYTES = Long.BYTES + Integer.BYTES + Long.BYTES + Integer.BYTES + Long.BYTES;

    private final ByteBuffer source;
    private final long fileBytes;
    private int position;

    HeaderParser(ByteBuffer prefix, long fileBytes) {
        this.source = prefix.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        this.fileBytes = fileBytes == Gguf.UNKNOWN_LENGTH ? Long.MAX_VALUE : fileBytes;
    }

    Gguf parse() throws Incomplete {
        int magic = readInt("magic");
        if (magic != MAGIC) {
            throw new GgufException("not a GGUF file: magic is 0x" + Integer.toHexString(Integer.reverseBytes(magic))
                    + " instead of \"GGUF\"");
        }
        int version = readInt("version");
        if (version != 2 && version != 3) {
            throw new GgufException(
                    (version & 0xFFFF) == 0
                            ? "version: big-endian GGUF is not supported"
                            : "version is " + Integer.toUnsignedString(version) + "; only 2 and 3 are supported");
        }
        int tensorCount = readCount("tensor_count", MIN_TENSOR_BYTES);
        int pairCount = readCount("metadata_kv_count", MIN_PAIR_BYTES);
        Metadata metadata = new Metadata(readPairs(pairCount));
        int alignment = metadata.integer("general.alignment", DEFAULT_ALIGNMENT);
        if (alignment < 8 || Integer.bitCount(alignment) != 1) {
            throw new GgufException("general.alignment is " + alignment + "; it must be a power of two of at least 8");
        }
        List<TensorInfo> tensors = readTensors(tensorCount, alignment);
        long dataOffset = alignUp(position, alignment);
        checkPlacement(tensors, dataOffset);
        return new Gguf(version, metadata, List.copyOf(tensors), dataOffset);
    }

    private Map<String, Object> readPairs(int count) throws Incomplete {
        Map<String, Object> pairs = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            String key = readString("metadata key " + i, MAX_KEY_BYTES);
            if (key.isEmpty()) {
                throw new GgufException("metadata key " + i + " is empty");
            }
            ValueType type = ValueType.of(readInt(key), key);
            Object value = type == ValueType.ARRAY ? readArray(key) : readScalar(key, type);
            if (pairs.put(key, value) != null) {
                throw new GgufException("metadata key " + key + " appears twice");
            }
        }
        return pairs;
    }

    private Object readScalar(String key, ValueType type) throws Incomplete {
        if (type == ValueType.STRING) {
            return readString(key, Integer.MAX_VALUE);
        }
        int at = take(type.bytes(), key);
        if (type == ValueType.BOOL) {
            return readBool(key, at);
        }
        if (!type.isInteger()) {
            return type.readReal(source, at);
        }
        long value = type.readInteger(source, at);
        if (type == ValueType.UINT64 && value < 0) {
            throw new GgufException(key + " is " + Long.toUnsignedString(value) + ", which is out of range");
        }
        return value;
    }

    private MetadataArray readArray(String key) throws Incomplete {
        ValueType type = ValueType.of(readInt(key), key);
        if (type == ValueType.ARRAY) {
            throw new GgufException(key + " is an array of arrays, which is not supported");
        }
        int count = readCount(key, type == ValueType.STRING ? Long.BYTES : type.bytes());
        int start = position;
        if (type == ValueType.STRING) {
            for (int i = 0; i < count; i++) {
                skipString(key, Integer.MAX_VALUE);
            }
        } else {
            take((long) count * type.bytes(), key);
        }
        if (type == ValueType.BOOL) {
            for (int at = start; at < position; at++) {
                readBool(key, at);
            }
        }
        ByteBuffer bytes = source.duplicate().position(start).limit(position).slice();
        return new MetadataArray(type, count, bytes.order(ByteOrder.LITTLE_ENDIAN));
    }

    private boolean readBool(String key, int at) {
        byte value = source.get(at);
        if (value != 0 && value != 1) {
            throw new GgufException(key + " is a bool with value " + (value & 0xFF));
        }
        return value == 1;
    }

    private List<TensorInfo> readTensors(int count, int alignment) throws Incomplete {
        List<TensorInfo> tensors = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < count; i++) {
            String name = readString("name of tensor " + i, MAX_TENSOR_NAME_BYTES);
            if (!names.add(name)) {
                throw new GgufException("tensor " + name + " appears twice");
            }
            tensors.add(readTensor(name, alignment));
        }
        tensors.sort(Comparator.comparingLong(TensorInfo::offset));
        return tensors;
    }

    private TensorInfo readTensor(String name, int alignment) throws Incomplete {
        String field = "tensor " + name;
        int dimensions = readInt(field);
        if (dimensions < 1 || dimensions > MAX_DIMENSIONS) {
            throw new GgufException(field + " has " + Integer.toUnsignedString(dimensions) + " dimensions; 1 to "
                    + MAX_DIMENSIONS + " are allowed");
        }
        List<Integer> shape = new ArrayList<>(dimensions);
        long elements = 1;
        for (int d = 0; d < dimensions; d++) {
            long size = readLong(field);
            if (size < 1 || size > Integer.MAX_VALUE || elements > Long.MAX_VALUE / size) {
                throw new GgufException(field + " has dimension " + d + " of " + Long.toUnsignedString(size)
                        + ", which is out of range");
            }
            shape.add((int) size);
            elements *= size;
        }
        TensorType type = TensorType.of(readInt(field), name);
        if (shape.get(0) % type.blockSize() != 0) {
            throw new GgufException(field + " has rows of " + shape.get(0) + " elements, not a multiple of " + type
                    + "'s " + type.blockSize());
        }
        if (elements / type.blockSize() > Integer.MAX_VALUE / type.blockBytes()) {
            throw new GgufException(field + " is larger than 2 GiB");
        }
        long offset = readLong(field);
        if (offset < 0 || offset % alignment != 0) {
            throw new GgufException(field + " has offset " + Long.toUnsignedString(offset)
                    + ", not a multiple of the alignment " + alignment);
        }
        return new TensorInfo(name, type, List.copyOf(shape), offset, type.bytes(elements));
    }

    /**
     * Checks that tensors do not overlap and end within the file.
     *
     * @param tensors sorted by offset
     */
    private void checkPlacement(List<TensorInfo> tensors, long dataOffset) {
        long end = 0;
        for (TensorInfo tensor : tensors) {
            if (tensor.offset() < end) {
                throw new GgufException("tensor " + tensor.name() + " at offset " + tensor.offset()
                        + " overlaps the tensor before it, which ends at " + end);
            }
            if (tensor.bytes() > fileBytes - dataOffset - tensor.offset()) {
                throw new GgufException("tensor " + tensor.name() + " ends past the end of the file: " + tensor.bytes()
                        + " bytes at offset " + tensor.offset() + " of the data section, which starts at " + dataOffset
                        + " of " + fileBytes + " bytes");
            }
            end = tensor.offset() + tensor.bytes();
        }
    }

    private static long alignUp(long value, int alignment) {
        return (value + alignment - 1) & -alignment;
    }

    private String readString(String field, int maxBytes) throws Incomplete {
        int start = position;
        skipString(field, maxBytes);
        return ValueType.readString(source, start + Long.BYTES, position - start - Long.BYTES);
    }

    private void skipString(String field, int maxBytes) throws Incomplete {
        long length = readLong(field);
        if (length < 0 || length > maxBytes) {
            throw new GgufException(field + " is a string of " + Long.toUnsignedString(length) + " bytes; at most "
                    + maxBytes + " are allowed");
        }
        take(length, field);
    }

    /** Reads the number of elements that follow, each of at least {@code minBytes}. */
    private int readCount(String field, int minBytes) throws Incomplete {
        long count = readLong(field);
        if (count < 0 || count > Integer.MAX_VALUE || count > (fileBytes - position) / minBytes) {
            throw new GgufException(field + " counts " + Long.toUnsignedString(count)
                    + " elements, more than the rest of the file can hold");
        }
        return (int) count;
    }

    private int readInt(String field) throws Incomplete {
        return source.getInt(take(Integer.BYTES, field));
    }

    private long readLong(String field) throws Incomplete {
        return source.getLong(take(Long.BYTES, field));
    }

    /** Moves past {@code bytes} bytes and returns where they start. */
    private int take(long bytes, String field) throws Incomplete {
        int start = position;
        if (bytes > fileBytes - start) {
            throw new GgufException(
                    "the file ends inside " + field + ": " + bytes + " bytes needed at " + start + " of " + fileBytes);
        }
        if (bytes > source.limit() - start) {
            throw new Incomplete();
        }
        position = start + (int) bytes;
        return start;
    }
}
