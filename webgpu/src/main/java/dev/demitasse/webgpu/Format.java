package dev.demitasse.webgpu;

import dev.demitasse.gguf.TensorType;
import java.util.List;

/**
 * How a quantization type lies in GPU memory: as in a file, but with the parts of all blocks side by side, so that each is aligned and
 * read in order. The kernels' view of it is {@code formats/<type>.wgsl}.
 *
 * @param files in {@code formats}, the last with {@code load_unit}
 * @param unitColumns columns that {@code load_unit} gives
 * @param parts of a block, in the order of the regions
 */
record Format(List<String> files, int unitColumns, List<Part> parts) {
    /** Some bytes of a block. */
    record Part(int offset, int bytes) {}

    static Format of(TensorType type) {
        return switch (type) {
            case F32 -> new Format(List.of("f32"), 4, List.of(new Part(0, 4)));
            case F16 -> new Format(List.of("f16"), 4, List.of(new Part(0, 2)));
            case BF16 -> new Format(List.of("bf16"), 4, List.of(new Part(0, 2)));
            case Q4_0 -> new Format(List.of("q4_0"), 32, List.of(new Part(0, 2), new Part(2, 16)));
            case Q4_1 -> new Format(List.of("q4_1"), 32, List.of(new Part(0, 4), new Part(4, 16)));
            case Q5_0 ->
                new Format(List.of("q5", "q5_0"), 32, List.of(new Part(0, 2), new Part(2, 4), new Part(6, 16)));
            case Q5_1 ->
                new Format(List.of("q5", "q5_1"), 32, List.of(new Part(0, 4), new Part(4, 4), new Part(8, 16)));
            case Q8_0 -> new Format(List.of("q8_0"), 32, List.of(new Part(0, 2), new Part(2, 32)));
            case Q2_K -> new Format(List.of("q2_k"), 16, List.of(new Part(0, 16), new Part(16, 64), new Part(80, 4)));
            case Q3_K ->
                new Format(
                        List.of("q3_k"),
                        16,
                        List.of(new Part(0, 32), new Part(32, 64), new Part(96, 12), new Part(108, 2)));
            case Q4_K -> new Format(List.of("k_scales", "q4_k"), 32, List.of(new Part(0, 16), new Part(16, 128)));
            case Q5_K ->
                new Format(
                        List.of("k_scales", "q5_k"), 32, List.of(new Part(0, 16), new Part(16, 32), new Part(48, 128)));
            case Q6_K ->
                new Format(
                        List.of("q6_k"),
                        16,
                        List.of(new Part(0, 128), new Part(128, 64), new Part(192, 16), new Part(208, 2)));
            case IQ4_NL -> new Format(List.of("iq4", "iq4_nl"), 32, List.of(new Part(0, 2), new Part(2, 16)));
            case IQ4_XS ->
                new Format(List.of("iq4", "iq4_xs"), 32, List.of(new Part(0, 4), new Part(4, 4), new Part(8, 128)));
        };
    }
}
