package dev.demitasse;

import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.gguf.TensorType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/** Creates the bytes of a tensor: random quantized values with scales of usual size. */
public final class RandomTensor {
    private RandomTensor() {}

    public static ByteBuffer bytes(TensorInfo tensor, Random random) {
        TensorType type = tensor.type();
        ByteBuffer bytes = ByteBuffer.allocateDirect((int) tensor.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        byte[] noise = new byte[bytes.capacity()];
        random.nextBytes(noise);
        bytes.put(0, noise);
        for (int at = 0; at < bytes.capacity(); at += type.blockBytes()) {
            switch (type) {
                case F32 -> bytes.putFloat(at, (float) random.nextGaussian());
                case F16 -> bytes.putShort(at, float16(random.nextInt(1 << 16), 0x3c00));
                case BF16 -> bytes.putShort(at, (short) (Float.floatToRawIntBits((float) random.nextGaussian()) >> 16));
                case Q4_0, Q5_0, Q8_0, IQ4_NL, IQ4_XS -> scale(bytes, at, random);
                case Q4_1, Q5_1, Q4_K, Q5_K -> {
                    scale(bytes, at, random);
                    scale(bytes, at + 2, random);
                }
                case Q2_K -> {
                    scale(bytes, at + 80, random);
                    scale(bytes, at + 82, random);
                }
                case Q3_K -> scale(bytes, at + 108, random);
                case Q6_K -> scale(bytes, at + 208, random);
            }
        }
        return bytes;
    }

    /** Returns a float16 scale of either sign, between 2⁻¹⁰ and 2⁻⁵; sometimes 0, subnormal or large. */
    private static void scale(ByteBuffer bytes, int at, Random random) {
        short bits =
                switch (random.nextInt(32)) {
                    case 0 -> 0;
                    case 1 -> (short) random.nextInt(0x400);
                    case 2 -> float16(random.nextInt(1 << 16), 0x5000);
                    default -> float16(random.nextInt(1 << 16), 0x2800);
                };
        bytes.putShort(at, bits);
    }

    /**
     * Returns a random float16.
     *
     * @param maxExponent bits of the highest exponent; the three below it are used, too
     */
    private static short float16(int noise, int maxExponent) {
        int exponent = maxExponent - (noise >> 10 & 3) * 0x400;
        return (short) (noise & 0x83ff | exponent);
    }
}
