package dev.demitasse.cpu.wasm;

/** A 32-bit integer, or a condition: 0 is false. */
public class I32 extends Expression {
    I32(byte[] code) {
        super(code);
    }

    public static I32 of(int value) {
        return new I32(new Code().u8(0x41).signed(value).toBytes());
    }

    public I32 plus(I32 other) {
        return new I32(op(0x6a, this, other));
    }

    public I32 plus(int other) {
        return plus(of(other));
    }

    public I32 minus(I32 other) {
        return new I32(op(0x6b, this, other));
    }

    public I32 minus(int other) {
        return minus(of(other));
    }

    public I32 times(I32 other) {
        return new I32(op(0x6c, this, other));
    }

    public I32 times(int other) {
        return times(of(other));
    }

    /** Divides unsigned. */
    public I32 dividedBy(I32 other) {
        return new I32(op(0x6e, this, other));
    }

    public I32 dividedBy(int other) {
        return dividedBy(of(other));
    }

    /** Returns the remainder of an unsigned division. */
    public I32 modulo(I32 other) {
        return new I32(op(0x70, this, other));
    }

    public I32 and(int mask) {
        return and(of(mask));
    }

    public I32 and(I32 other) {
        return new I32(op(0x71, this, other));
    }

    public I32 or(I32 other) {
        return new I32(op(0x72, this, other));
    }

    public I32 shl(int bits) {
        return new I32(op(0x74, this, of(bits)));
    }

    /** Shifts right, filling with zeros. */
    public I32 shrU(int bits) {
        return new I32(op(0x76, this, of(bits)));
    }

    public I32 isZero() {
        return new I32(op(0x45, this));
    }

    public I32 eq(I32 other) {
        return new I32(op(0x46, this, other));
    }

    public I32 ne(I32 other) {
        return new I32(op(0x47, this, other));
    }

    /** Compares signed, as do the other comparisons without a U. */
    public I32 lt(I32 other) {
        return new I32(op(0x48, this, other));
    }

    /** Compares unsigned. */
    public I32 ltU(I32 other) {
        return new I32(op(0x49, this, other));
    }

    public I32 gt(I32 other) {
        return new I32(op(0x4a, this, other));
    }

    public I32 ge(I32 other) {
        return new I32(op(0x4e, this, other));
    }

    public I32 min(I32 other) {
        return select(lt(other), this, other);
    }

    public I32 max(I32 other) {
        return select(gt(other), this, other);
    }

    public static I32 select(I32 condition, I32 then, I32 otherwise) {
        return new I32(op(0x1b, then, otherwise, condition));
    }

    /** Converts a signed integer. */
    public F32 toF32() {
        return new F32(op(0xb2, this));
    }
}
