package dev.demitasse.webgpu;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Parameters of a dispatch, word by word as the kernel's {@code Params} declares them. */
final class Params {
    /** {@code minUniformBufferOffsetAlignment} is at most this; no kernel has more parameters. */
    static final int BYTES = 256;

    /** For an operand that there isn't. */
    static final int NONE = -1;

    private final ByteBuffer words = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);

    Params ints(int... values) {
        for (int value : values) {
            words.putInt(value);
        }
        return this;
    }

    Params real(float value) {
        words.putFloat(value);
        return this;
    }

    void writeTo(ByteBuffer all) {
        for (int i = 0; i < BYTES; i++) {
            all.put(words.get(i));
        }
    }
}
