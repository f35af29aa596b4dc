package dev.demitasse.gguf;

import java.nio.ByteBuffer;

/**
 * An array in the encoding of the file, which is decoded when it is read: so a header takes little more memory than in the file.
 * The parser has checked that the bytes are exactly {@code count} well-formed elements.
 *
 * @param bytes little-endian elements; each string follows its 8-byte length
 */
record MetadataArray(ValueType type, int count, ByteBuffer bytes) {
    boolean isInteger() {
        return type.isInteger();
    }

    boolean isReal() {
        return type == ValueType.FLOAT32 || type == ValueType.FLOAT64;
    }

    long[] integers() {
        long[] values = new long[count];
        for (int i = 0; i < count; i++) {
            values[i] = type.readInteger(bytes, i * type.bytes());
        }
        return values;
    }

    double[] reals() {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = type.readReal(bytes, i * type.bytes());
        }
        return values;
    }
}
