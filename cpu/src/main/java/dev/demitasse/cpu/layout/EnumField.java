package dev.demitasse.cpu.layout;

/**
 * An enum constant in a struct that backend and kernels share, stored as a 32-bit integer.
 *
 * @param offset bytes from the start of the struct
 */
public record EnumField<E extends Enum<E>>(int offset) {
    /** Returns the integer that stands for a constant; cases of a dispatch are in this order. */
    @SuppressWarnings("EnumOrdinal") // the same build generates the kernels and compiles the backend
    public int code(E constant) {
        return constant.ordinal();
    }
}
