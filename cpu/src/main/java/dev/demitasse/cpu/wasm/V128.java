package dev.demitasse.cpu.wasm;

/**
 * A vector of 128 bits. Methods have the names of their instructions (WebAssembly specification 3.0, 4.4.3); {@code this} is the first operand.
 */
public class V128 extends Expression {
    V128(byte[] code) {
        super(code);
    }

    private static V128 simd(int opcode, Expression... operands) {
        return new V128(prefixed(SIMD, opcode, operands));
    }

    private static V128 constant(byte... bytes) {
        return new V128(new Code().u8(SIMD).unsigned(12).raw(bytes).toBytes());
    }

    public static V128 zero() {
        return constant(new byte[16]);
    }

    /** Returns a constant with the same value in all sixteen lanes. */
    public static V128 i8x16(int value) {
        return i32x4((value & 0xff) * 0x01010101);
    }

    public static V128 i16x8(int value) {
        return i32x4((value & 0xffff) * 0x00010001);
    }

    public static V128 i32x4(int value) {
        return i32x4(value, value, value, value);
    }

    public static V128 i32x4(int... lanes) {
        byte[] bytes = new byte[16];
        for (int i = 0; i < 16; i++) {
            bytes[i] = (byte) (lanes[i / 4] >> (8 * (i % 4)));
        }
        return constant(bytes);
    }

    public static V128 f32x4(float value) {
        return i32x4(Float.floatToRawIntBits(value));
    }

    public static V128 f32x4Splat(F32 value) {
        return simd(19, value);
    }

    public static V128 i32x4Splat(I32 value) {
        return simd(17, value);
    }

    /**
     * Selects bytes of two vectors.
     *
     * @param lanes sixteen indices of bytes: those of {@code this} start at 0, those of {@code other} at 16
     */
    public V128 shuffle(V128 other, int... lanes) {
        Code code = operands(this, other).u8(SIMD).unsigned(13);
        for (int lane : lanes) {
            code.u8(lane);
        }
        return new V128(code.toBytes());
    }

    /** Takes the bits of {@code then} where {@code this} has ones, else those of {@code otherwise}. */
    public V128 select(V128 then, V128 otherwise) {
        return simd(82, then, otherwise, this);
    }

    public F32 f32x4ExtractLane(int lane) {
        return new F32(operands(this).u8(SIMD).unsigned(31).u8(lane).toBytes());
    }

    public I32 i32x4ExtractLane(int lane) {
        return new I32(operands(this).u8(SIMD).unsigned(27).u8(lane).toBytes());
    }

    /** Returns {@code this · a + b}, rounded once or twice. */
    public V128 f32x4RelaxedMadd(V128 a, V128 b) {
        return simd(0x105, this, a, b);
    }

    public V128 i8x16Eq(V128 other) {
        return simd(35, this, other);
    }

    public V128 and(V128 other) {
        return simd(78, this, other);
    }

    public V128 or(V128 other) {
        return simd(80, this, other);
    }

    public V128 i16x8NarrowI32x4S(V128 other) {
        return simd(133, this, other);
    }

    public V128 i32x4Add(V128 other) {
        return simd(174, this, other);
    }

    public V128 i32x4DotI16x8S(V128 other) {
        return simd(186, this, other);
    }

    public V128 i32x4GtS(V128 other) {
        return simd(59, this, other);
    }

    public V128 i32x4LeS(V128 other) {
        return simd(61, this, other);
    }

    public V128 f32x4Add(V128 other) {
        return simd(228, this, other);
    }

    public V128 f32x4Sub(V128 other) {
        return simd(229, this, other);
    }

    public V128 f32x4Mul(V128 other) {
        return simd(230, this, other);
    }

    public V128 f32x4Div(V128 other) {
        return simd(231, this, other);
    }

    public V128 f32x4Max(V128 other) {
        return simd(233, this, other);
    }

    /** Returns {@code this < other ? other : this}. */
    public V128 f32x4Pmax(V128 other) {
        return simd(235, this, other);
    }

    /** Returns {@code other < this ? other : this}. */
    public V128 f32x4Pmin(V128 other) {
        return simd(234, this, other);
    }

    public V128 f32x4Nearest() {
        return simd(106, this);
    }

    public V128 i32x4ExtendLowI16x8S() {
        return simd(167, this);
    }

    public V128 i32x4ExtendHighI16x8S() {
        return simd(168, this);
    }

    public V128 i32x4ExtendLowI16x8U() {
        return simd(169, this);
    }

    public V128 i32x4ExtendHighI16x8U() {
        return simd(170, this);
    }

    public V128 f32x4Abs() {
        return simd(224, this);
    }

    public V128 i32x4TruncSatF32x4S() {
        return simd(248, this);
    }

    public V128 f32x4ConvertI32x4S() {
        return simd(250, this);
    }

    public V128 i16x8Shl(int bits) {
        return simd(139, this, I32.of(bits));
    }

    public V128 i16x8ShrU(int bits) {
        return simd(141, this, I32.of(bits));
    }

    public V128 i32x4ShrS(int bits) {
        return simd(172, this, I32.of(bits));
    }

    public V128 i32x4Shl(int bits) {
        return simd(171, this, I32.of(bits));
    }
}
