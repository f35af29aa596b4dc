package dev.demitasse.gguf.quant;

/** IEEE 754 binary16 and bfloat16, held in the bits of a {@code short}. */
final class HalfFloat {
    private static final float SUBNORMAL_STEP = 0x1p-24f;

    private HalfFloat() {}

    /** The value of a binary16, exact. */
    static float toFloat(short half) {
        int sign = (half & 0x8000) << 16;
        int exponent = (half >> 10) & 0x1F;
        int fraction = half & 0x3FF;
        if (exponent == 0) {
            float magnitude = fraction * SUBNORMAL_STEP;
            return sign == 0 ? magnitude : -magnitude;
        }
        int widened = exponent == 0x1F ? 0xFF : exponent + 127 - 15;
        return Float.intBitsToFloat(sign | widened << 23 | fraction << 13);
    }

    /** The value of a bfloat16, exact. */
    static float bfloat16ToFloat(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }
}
