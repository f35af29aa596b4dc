package dev.demitasse.gguf.quant;

import dev.demitasse.gguf.TensorType;
import java.nio.ByteBuffer;

/**
 * Converts the blocks of a type to float32, with the same bits as gguf-py's {@code quants.dequantize}. The layouts are those of
 * ggml's {@code ggml-common.h}, for example {@code block_q4_0}.
 */
public interface Dequantizer {
    /**
     * Dequantizes whole blocks.
     *
     * @param source little-endian
     * @param at index of the first byte in {@code source}
     * @param target receives {@code count} elements from index {@code out}
     * @param count a multiple of the type's block size
     */
    void dequantize(ByteBuffer source, int at, float[] target, int out, int count);

    /** Returns the dequantizer of a type. */
    static Dequantizer of(TensorType type) {
        return switch (type) {
            case F32 -> new F32();
            case F16 -> new F16();
            case BF16 -> new BF16();
            case Q4_0 -> new Q40();
            case Q4_1 -> new Q41();
            case Q5_0 -> new Q50();
            case Q5_1 -> new Q51();
            case Q8_0 -> new Q80();
            case Q2_K -> new Q2K();
            case Q3_K -> new Q3K();
            case Q4_K -> new Q4K();
            case Q5_K -> new Q5K();
            case Q6_K -> new Q6K();
            case IQ4_NL -> new IQ4Nl();
            case IQ4_XS -> new IQ4Xs();
        };
    }
}
