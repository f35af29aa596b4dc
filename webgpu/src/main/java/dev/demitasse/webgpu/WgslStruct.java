package dev.demitasse.webgpu;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A struct of a WGSL module, laid out as in a uniform or storage buffer (WGSL, section "Memory Layout").
 *
 * @param bytes its size; of a struct that ends in an array without a count, the offset of that array
 * @param stride the bytes per element of that array, or 0
 */
record WgslStruct(String name, Map<String, Field> fields, int alignment, int bytes, int stride) {
    /**
     * A member of the struct.
     *
     * @param index its place among the members, from 0
     * @param type as in WGSL, with aliases resolved
     * @param offset in bytes
     */
    record Field(int index, String type, int offset) {}

    /**
     * Returns a member.
     *
     * @throws IllegalArgumentException if the struct has no member of this name and type
     */
    Field field(String field, String type) {
        Field found = fields.get(field);
        if (found == null) {
            throw new IllegalArgumentException(
                    "WGSL struct " + name + " has no field \"" + field + "\"; it has " + fields.keySet());
        }
        if (!found.type.equals(type)) {
            throw new IllegalArgumentException(
                    "field \"" + field + "\" of WGSL struct " + name + " is of type " + found.type + ", not " + type);
        }
        return found;
    }

    /** Returns the offset of a member in bytes. */
    int offset(String field, String type) {
        return field(field, type).offset;
    }

    /** Returns the bytes of the struct if the array at its end has {@code count} elements. */
    int bytes(int count) {
        return bytes + count * stride;
    }

    /** Size and alignment of a WGSL type in bytes; of an array without a count, size 0 and the stride of its elements. */
    record Layout(String type, int bytes, int alignment, int stride) {
        Layout(String type, int bytes, int alignment) {
            this(type, bytes, alignment, 0);
        }

        int arrayStride() {
            return roundUp(bytes, alignment);
        }
    }

    /** Places members one after the other. */
    static WgslStruct of(String name, Map<String, Layout> members) {
        Map<String, Field> fields = new LinkedHashMap<>();
        int end = 0;
        int alignment = 1;
        int stride = 0;
        for (Map.Entry<String, Layout> member : members.entrySet()) {
            Layout layout = member.getValue();
            int offset = roundUp(end, layout.alignment);
            fields.put(member.getKey(), new Field(fields.size(), layout.type, offset));
            end = offset + layout.bytes;
            alignment = Math.max(alignment, layout.alignment);
            stride = layout.stride;
        }
        return new WgslStruct(name, fields, alignment, stride == 0 ? roundUp(end, alignment) : end, stride);
    }

    private static int roundUp(int bytes, int alignment) {
        return (bytes + alignment - 1) / alignment * alignment;
    }
}
