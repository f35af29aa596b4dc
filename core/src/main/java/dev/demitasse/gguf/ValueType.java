package dev.demitasse.gguf;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Type of a metadata value; the ordinal is its number in the file (GGUF specification, {@code gguf_metadata_value_type}). */
enum ValueType {
    UINT8(1),
    INT8(1),
    UINT16(2),
    INT16(2),
    UINT32(4),
    INT32(4),
    FLOAT32(4),
    BOOL(1),
    STRING(0),
    ARRAY(0),
    UINT64(8),
    INT64(8),
    FLOAT64(8);

    private static final ValueType[] VALUES = values();

    private final int bytes;

    ValueType(int bytes) {
        this.bytes = bytes;
    }

    static ValueType of(int id, String field) {
        if (id < 0 || id >= VALUES.length) {
            throw new GgufException(field + " has unknown value type " + Integer.toUnsignedString(id));
        }
        return VALUES[id];
    }

    /** Returns the number of bytes of a value; 0 for strings and arrays, whose size varies. */
    int bytes() {
        return bytes;
    }

    boolean isInteger() {
        return switch (this) {
            case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 -> true;
            default -> false;
        };
    }

    /** Returns an integer. Unsigned 64-bit values above {@link Long#MAX_VALUE} become negative. */
    long readInteger(ByteBuffer source, int at) {
        return switch (this) {
            case UINT8 -> source.get(at) & 0xFF;
            case INT8 -> source.get(at);
            case UINT16 -> source.getShort(at) & 0xFFFF;
            case INT16 -> source.getShort(at);
            case UINT32 -> source.getInt(at) & 0xFFFF_FFFFL;
            case INT32 -> source.getInt(at);
            case UINT64, INT64 -> source.getLong(at);
            default -> throw new IllegalStateException(this + " is not an integer type");
        };
    }

    double readReal(ByteBuffer source, int at) {
        return this == FLOAT32 ? source.getFloat(at) : source.getDouble(at);
    }

    static String readString(ByteBuffer source, int at, int length) {
        byte[] utf8 = new byte[length];
        source.get(at, utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
