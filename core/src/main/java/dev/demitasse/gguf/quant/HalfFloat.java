package dev.demitasse.gguf.quant;

/** Converts IEEE 754 binary16 and bfloat16, whose bits are in a {@code short}, to float32. */
final class HalfFloat {
    private static final float SUBNORMAL_STEP = 0x1p-24f;

    private HalfFloat() {}

    /** Returns the exact value of a binary16. */
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

    /** Returns the exact value of a bfloat16. */
    static float bfloat16ToFloat(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }
}
