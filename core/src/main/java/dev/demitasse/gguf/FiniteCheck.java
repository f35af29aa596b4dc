package dev.demitasse.gguf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Checks that weights are finite numbers, as their bytes arrive. Reads all elements of float types, and the scales of quantized blocks, whose
 * other content is always finite.
 */
public final class FiniteCheck {
    private static final int[] FIRST = {1};
    private static final int[] FIRST_AND_SECOND = {1, 3};

    /** Last byte of the bytes before. */
    private int previous;

    /**
     * Checks the next bytes of a tensor.
     *
     * @param offset of the first byte within the tensor
     * @param bytes from position to limit
     * @throws GgufException naming the tensor, if a number is NaN or infinite
     */
    public void check(TensorInfo tensor, long offset, ByteBuffer bytes) {
        TensorType type = tensor.type();
        ByteBuffer source = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        boolean isFinite =
                switch (type) {
                    case F32 -> floatsAreFinite(source, offset, 4, 0x7F800000_7F800000L, 0x00800000_00800000L);
                    case BF16 -> floatsAreFinite(source, offset, 2, 0x7F807F80_7F807F80L, 0x00800080_00800080L);
                    case F16 -> floatsAreFinite(source, offset, 2, 0x7C007C00_7C007C00L, 0x04000400_04000400L);
                    default -> scalesAreFinite(source, offset, type.blockBytes(), highBytes(type));
                };
        if (!isFinite) {
            throw new GgufException("tensor " + tensor.name() + " has a " + (type.blockSize() == 1 ? "weight" : "scale")
                    + " that is not a finite number");
        }
        if (source.hasRemaining()) {
            previous = source.get(source.limit() - 1);
        }
    }

    /** Returns the places of the high bytes of a block's scales, which are float16. */
    private static int[] highBytes(TensorType type) {
        return switch (type) {
            case Q4_0, Q5_0, Q8_0, IQ4_NL, IQ4_XS -> FIRST;
            case Q4_1, Q5_1, Q4_K, Q5_K -> FIRST_AND_SECOND;
            case Q2_K -> new int[] {81, 83};
            case Q3_K -> new int[] {109};
            case Q6_K -> new int[] {209};
            case F32, F16, BF16 -> throw new IllegalArgumentException(type + " has no scales");
        };
    }

    private static boolean scalesAreFinite(ByteBuffer bytes, long offset, int blockBytes, int[] highBytes) {
        for (int place : highBytes) {
            int first = bytes.position() + (int) Math.floorMod(place - offset, (long) blockBytes);
            for (int at = first; at < bytes.limit(); at += blockBytes) {
                if ((bytes.get(at) & 0x7C) == 0x7C) { // all bits of the exponent are in the high byte
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * Checks floats, eight bytes at a time: adding 1 to an exponent of all ones carries into the bit of the sign.
     *
     * @param exponents bits of the exponents in a long
     * @param ones lowest bit of each exponent
     */
    private boolean floatsAreFinite(ByteBuffer bytes, long offset, int elementBytes, long exponents, long ones) {
        int start = (int) Math.min(bytes.limit(), bytes.position() + Math.floorMod(-offset, (long) Long.BYTES));
        int end = start + (bytes.limit() - start) / Long.BYTES * Long.BYTES;
        long carries = 0;
        for (int at = start; at < end; at += Long.BYTES) {
            carries |= (bytes.getLong(at) & exponents) + ones;
        }
        int mask = (int) (exponents >>> Long.SIZE - Short.SIZE);
        return (carries & (exponents + ones)) == 0
                && edgeIsFinite(bytes, offset, bytes.position(), start, elementBytes, mask)
                && edgeIsFinite(bytes, offset, end, bytes.limit(), elementBytes, mask);
    }

    /**
     * Checks the elements whose last byte is from {@code from} to {@code to}.
     *
     * @param mask bits of the exponent in the upper 16 bits of an element
     */
    private boolean edgeIsFinite(ByteBuffer bytes, long offset, int from, int to, int elementBytes, int mask) {
        for (int at = from; at < to; at++) {
            long place = offset + at - bytes.position();
            if (place % elementBytes == elementBytes - 1) {
                int low = at == bytes.position() ? previous : bytes.get(at - 1);
                if (((bytes.get(at) << Byte.SIZE | low & 0xFF) & mask) == mask) {
                    return false;
                }
            }
        }
        return true;
    }
}
