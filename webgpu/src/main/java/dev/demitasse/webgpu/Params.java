package dev.demitasse.webgpu;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The parameters of a dispatch: the kernel's WGSL struct {@code Params}. Fields are set by name, each exactly once.
 *
 * <p>Setters throw {@link IllegalArgumentException} for a field that the struct lacks, or that has another type.
 */
final class Params {
    /** Bytes reserved for a dispatch: a uniform binding's offset must be a multiple of {@code minUniformBufferOffsetAlignment}, at most 256. */
    static final int BYTES = 256;

    /** Stands for an optional operand that is absent; {@code NONE} in WGSL. */
    static final int NONE = -1;

    private final WgslStruct struct;
    private final ByteBuffer bytes = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    /** Bit i: the field of index i is set. */
    private long set;

    Params(WgslStruct struct) {
        if (struct.bytes() > BYTES) {
            throw new IllegalArgumentException(struct.bytes() + " bytes of parameters; the limit is " + BYTES);
        }
        this.struct = struct;
    }

    private int mark(String field, String type) {
        WgslStruct.Field found = struct.field(field, type);
        if ((set & 1L << found.index()) != 0) {
            throw new IllegalArgumentException("parameter \"" + field + "\" is set twice");
        }
        set |= 1L << found.index();
        return found.offset();
    }

    /** Sets a field of type {@code u32}. */
    Params set(String field, int value) {
        bytes.putInt(mark(field, "u32"), value);
        return this;
    }

    /** Sets a field of type {@code f32}. */
    Params set(String field, float value) {
        bytes.putFloat(mark(field, "f32"), value);
        return this;
    }

    /** Sets a field of type {@code vec4u}; components without a value are 0. */
    Params set(String field, int[] values) {
        int offset = mark(field, "vec4u");
        for (int i = 0; i < values.length; i++) {
            bytes.putInt(offset + 4 * i, values[i]);
        }
        return this;
    }

    /**
     * Checks that all fields are set.
     *
     * @throws IllegalArgumentException if one isn't
     */
    void requireComplete() {
        struct.fields().forEach((name, field) -> {
            if ((set & 1L << field.index()) == 0) {
                throw new IllegalArgumentException("parameter \"" + name + "\" is not set");
            }
        });
    }

    /** Appends the parameters to those of other dispatches, {@link #BYTES} each. */
    void writeTo(ByteBuffer all) {
        all.put(bytes.duplicate().clear());
    }
}
