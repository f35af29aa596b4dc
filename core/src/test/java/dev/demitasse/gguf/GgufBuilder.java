package dev.demitasse.gguf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/** Writes small GGUF v3 files for tests. Tensor data is zeros unless it is given; fields may have hostile values. */
@SuppressWarnings("EnumOrdinal") // ordinals are the numbers of the format
public final class GgufBuilder {
    private final ByteArrayOutputStream pairs = new ByteArrayOutputStream();
    private final ByteArrayOutputStream table = new ByteArrayOutputStream();
    private final Set<String> keys = new HashSet<>();
    private long pairCount;
    private long tensorCount;
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private int version = 3;

    public GgufBuilder version(int value) {
        version = value;
        return this;
    }

    public GgufBuilder string(String key, String value) {
        pair(key, ValueType.STRING.ordinal());
        writeString(pairs, value);
        return this;
    }

    public GgufBuilder uint32(String key, int value) {
        pair(key, ValueType.UINT32.ordinal());
        writeInt(pairs, value);
        return this;
    }

    public GgufBuilder float32(String key, float value) {
        pair(key, ValueType.FLOAT32.ordinal());
        writeInt(pairs, Float.floatToIntBits(value));
        return this;
    }

    public GgufBuilder ints(String key, int... values) {
        array(key, ValueType.INT32.ordinal(), values.length);
        for (int value : values) {
            writeInt(pairs, value);
        }
        return this;
    }

    public GgufBuilder floats(String key, float... values) {
        array(key, ValueType.FLOAT32.ordinal(), values.length);
        for (float value : values) {
            writeInt(pairs, Float.floatToIntBits(value));
        }
        return this;
    }

    public GgufBuilder strings(String key, String... values) {
        array(key, ValueType.STRING.ordinal(), values.length);
        for (String value : values) {
            writeString(pairs, value);
        }
        return this;
    }

    /** Appends a pair with any value type and payload. */
    GgufBuilder raw(String key, int valueType, byte... payload) {
        pair(key, valueType);
        pairs.writeBytes(payload);
        return this;
    }

    /** Appends the head of an array; the caller appends its elements. */
    GgufBuilder array(String key, int elementType, long count) {
        pair(key, ValueType.ARRAY.ordinal());
        writeInt(pairs, elementType);
        writeLong(pairs, count);
        return this;
    }

    public GgufBuilder tensor(String name, TensorType type, int... shape) {
        long elements = 1;
        for (int size : shape) {
            elements *= size;
        }
        return tensor(name, type, new byte[Math.toIntExact(type.bytes(elements))], shape);
    }

    /** Appends a tensor with data. */
    public GgufBuilder tensor(String name, TensorType type, byte[] content, int... shape) {
        long[] dimensions = new long[shape.length];
        for (int i = 0; i < shape.length; i++) {
            dimensions[i] = shape[i];
        }
        rawTensor(name, type.id(), data.size(), dimensions);
        data.writeBytes(content);
        while (data.size() % 32 != 0) {
            data.write(0);
        }
        return this;
    }

    GgufBuilder rawTensor(String name, int type, long offset, long... shape) {
        tensorCount++;
        writeString(table, name);
        writeInt(table, shape.length);
        for (long size : shape) {
            writeLong(table, size);
        }
        writeInt(table, type);
        writeLong(table, offset);
        return this;
    }

    public byte[] build() {
        return build(tensorCount, pairCount);
    }

    /** Returns the file up to the data of its tensors. */
    public byte[] header() {
        return header(tensorCount, pairCount).toByteArray();
    }

    byte[] build(long claimedTensors, long claimedPairs) {
        ByteArrayOutputStream file = header(claimedTensors, claimedPairs);
        file.writeBytes(data.toByteArray());
        return file.toByteArray();
    }

    private ByteArrayOutputStream header(long claimedTensors, long claimedPairs) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        writeInt(file, version);
        writeLong(file, claimedTensors);
        writeLong(file, claimedPairs);
        file.writeBytes(pairs.toByteArray());
        file.writeBytes(table.toByteArray());
        while (file.size() % 32 != 0) {
            file.write(0);
        }
        return file;
    }

    /** Returns whether a key has been written. */
    public boolean has(String key) {
        return keys.contains(key);
    }

    private void pair(String key, int valueType) {
        pairCount++;
        keys.add(key);
        writeString(pairs, key);
        writeInt(pairs, valueType);
    }

    private static void writeString(ByteArrayOutputStream out, String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        writeLong(out, utf8.length);
        out.writeBytes(utf8);
    }

    private static void writeInt(ByteArrayOutputStream out, int value) {
        out.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
    }

    private static void writeLong(ByteArrayOutputStream out, long value) {
        out.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
    }
}
