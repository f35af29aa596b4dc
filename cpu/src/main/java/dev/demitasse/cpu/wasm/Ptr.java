package dev.demitasse.cpu.wasm;

/**
 * An address in the memory, of 32 or 64 bits as the module's memory requires. Loads and stores take a constant offset in bytes, which costs
 * nothing.
 */
public class Ptr extends Expression {
    final boolean wide;

    Ptr(boolean wide, byte[] code) {
        super(code);
        this.wide = wide;
    }

    private Ptr ptr(byte[] code) {
        return new Ptr(wide, code);
    }

    private static Ptr constant(boolean wide, long value) {
        return new Ptr(wide, new Code().u8(wide ? 0x42 : 0x41).signed(value).toBytes());
    }

    private Ptr widened(I32 value) {
        return ptr(wide ? op(0xad, value) : value.code());
    }

    private Ptr sum(Ptr other) {
        return ptr(op(wide ? 0x7c : 0x6a, this, other));
    }

    public Ptr plus(int bytes) {
        return sum(constant(wide, bytes));
    }

    public Ptr plus(Ptr bytes) {
        return sum(bytes);
    }

    /** Adds an unsigned number of bytes. */
    public Ptr plus(I32 bytes) {
        return sum(widened(bytes));
    }

    /** Returns {@code this + count · size}, computed with the width of an address. Both are unsigned. */
    public Ptr plus(I32 count, I32 size) {
        return sum(ptr(op(wide ? 0x7e : 0x6c, widened(count), widened(size))));
    }

    public Ptr plus(I32 count, int size) {
        return plus(count, I32.of(size));
    }

    public I32 lt(Ptr other) {
        return new I32(op(wide ? 0x54 : 0x49, this, other));
    }

    public I32 isNull() {
        return new I32(op(wide ? 0x50 : 0x45, this));
    }

    private byte[] access(int opcode, int alignment, int offset) {
        return operands(this).u8(opcode).unsigned(alignment).unsigned(offset).toBytes();
    }

    private byte[] accessSimd(int opcode, int offset) {
        return operands(this)
                .u8(SIMD)
                .unsigned(opcode)
                .unsigned(0)
                .unsigned(offset)
                .toBytes();
    }

    /** Does the same as {@link #accessSimd}, but adds the offset to the address: V8 can't fold it into loads that convert or splat. */
    private byte[] accessTransformed(int opcode, int offset) {
        return offset == 0 ? accessSimd(opcode, 0) : plus(offset).accessSimd(opcode, 0);
    }

    public I32 i32(int offset) {
        return new I32(access(0x28, 2, offset));
    }

    /** Loads an address, which always takes 64 bits in memory. */
    public Ptr ptr(int offset) {
        return ptr(access(wide ? 0x29 : 0x28, 2, offset));
    }

    public F32 f32(int offset) {
        return new F32(access(0x2a, 2, offset));
    }

    public I32 u8(int offset) {
        return new I32(access(0x2d, 0, offset));
    }

    public I32 s16(int offset) {
        return new I32(access(0x2e, 0, offset));
    }

    public I32 u16(int offset) {
        return new I32(access(0x2f, 0, offset));
    }

    public V128 v128(int offset) {
        return new V128(accessSimd(0, offset));
    }

    /** Loads 8 signed bytes as {@code i16x8}. */
    public V128 load8x8S(int offset) {
        return new V128(accessTransformed(1, offset));
    }

    /** Loads 8 unsigned bytes as {@code i16x8}. */
    public V128 load8x8U(int offset) {
        return new V128(accessTransformed(2, offset));
    }

    /** Loads 4 signed half-words as {@code i32x4}. */
    public V128 load16x4S(int offset) {
        return new V128(accessTransformed(3, offset));
    }

    /** Loads 4 unsigned half-words as {@code i32x4}. */
    public V128 load16x4U(int offset) {
        return new V128(accessTransformed(4, offset));
    }

    /** Loads a word into all four lanes. */
    public V128 splat32(int offset) {
        return new V128(accessTransformed(9, offset));
    }

    /** Loads a word that other threads write (sequentially consistent). */
    public I32 atomicI32(int offset) {
        return new I32(atomic(0x10, offset));
    }

    /** Adds to a word, and returns its previous value. */
    public I32 atomicAdd(int offset, I32 value) {
        return new I32(atomic(0x1e, offset, value));
    }

    /** Writes {@code replacement} if the word is {@code expected}, and returns its previous value. */
    public I32 compareExchange(int offset, I32 expected, I32 replacement) {
        return new I32(atomic(0x48, offset, expected, replacement));
    }

    /** Wakes all threads that wait on the word, and returns their number. */
    public I32 notifyAll(int offset) {
        return new I32(atomic(0x00, offset, I32.of(-1)));
    }

    /** Sleeps while the word is {@code expected}, and returns the reason for waking. */
    public I32 waitWhile(int offset, I32 expected) {
        return new I32(operands(this, expected)
                .u8(0x42)
                .signed(-1)
                .u8(ATOMIC)
                .unsigned(0x01)
                .unsigned(2)
                .unsigned(offset)
                .toBytes());
    }

    byte[] atomic(int opcode, int offset, Expression... operands) {
        return operands(this)
                .raw(operands(operands).toBytes())
                .u8(ATOMIC)
                .unsigned(opcode)
                .unsigned(2)
                .unsigned(offset)
                .toBytes();
    }

    byte[] store(int opcode, int offset, Expression value) {
        return operands(this, value).u8(opcode).unsigned(0).unsigned(offset).toBytes();
    }

    byte[] storeSimd(int opcode, int offset, Expression value) {
        return operands(this, value)
                .u8(SIMD)
                .unsigned(opcode)
                .unsigned(0)
                .unsigned(offset)
                .toBytes();
    }
}
