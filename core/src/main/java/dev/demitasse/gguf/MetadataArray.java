package dev.demitasse.gguf;

import java.nio.ByteBuffer;

/**
 * An array value left in its file encoding until asked for, so that a header's memory stays near its size in the file.
 * The bytes have been checked by the parser to hold exactly {@code count} well-formed elements.
 *
 * @param bytes little-endian elements; strings carry their 8-byte lengths
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
