package dev.demitasse.cpu.wasm;

/** A 32-bit float. */
public class F32 extends Expression {
    F32(byte[] code) {
        super(code);
    }

    public static F32 of(float value) {
        int bits = Float.floatToRawIntBits(value);
        return new F32(new byte[] {0x43, (byte) bits, (byte) (bits >> 8), (byte) (bits >> 16), (byte) (bits >> 24)});
    }

    public F32 plus(F32 other) {
        return new F32(op(0x92, this, other));
    }

    public F32 minus(F32 other) {
        return new F32(op(0x93, this, other));
    }

    public F32 times(F32 other) {
        return new F32(op(0x94, this, other));
    }

    public F32 dividedBy(F32 other) {
        return new F32(op(0x95, this, other));
    }

    public F32 sqrt() {
        return new F32(op(0x91, this));
    }

    public F32 max(F32 other) {
        return new F32(op(0x97, this, other));
    }

    public I32 ne(F32 other) {
        return new I32(op(0x5c, this, other));
    }

    public I32 gt(F32 other) {
        return new I32(op(0x5e, this, other));
    }

    public I32 bits() {
        return new I32(op(0xbc, this));
    }
}
