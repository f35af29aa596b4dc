package dev.demitasse.cpu.layout;

/** Assigns offsets to the fields of a struct, one after the other, so that no two fields share a byte. */
final class StructLayout {
    private int end;

    /**
     * Creates a layout without fields.
     *
     * @param start bytes before the first field
     */
    StructLayout(int start) {
        end = start;
    }

    IntField int32() {
        return new IntField(next(Integer.BYTES));
    }

    <E extends Enum<E>> EnumField<E> enumeration() {
        return new EnumField<>(next(Integer.BYTES));
    }

    FloatField float32() {
        return new FloatField(next(Float.BYTES));
    }

    AddressField address() {
        return new AddressField(next(Long.BYTES));
    }

    /** Starts the next field on a cache line of its own. */
    StructLayout onNextLine() {
        align(CacheLine.BYTES);
        return this;
    }

    /** Returns the size of the struct: a whole number of cache lines. */
    int bytes() {
        align(CacheLine.BYTES);
        return end;
    }

    private int next(int bytes) {
        align(bytes);
        end += bytes;
        return end - bytes;
    }

    private void align(int bytes) {
        end = (end + bytes - 1) / bytes * bytes;
    }
}
