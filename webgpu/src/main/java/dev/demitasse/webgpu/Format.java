package dev.demitasse.webgpu;

import dev.demitasse.gguf.TensorType;
import java.util.List;

/**
 * The layout of a quantization type in GPU memory. Each field of a block is stored apart from the others, in a plane of its own, so that
 * it is aligned and read sequentially; the bytes of a field are as in the file. The kernels read it by {@code formats/<type>.wgsl}.
 *
 * @param files the WGSL files in {@code formats}; the last defines {@code load_sub_block}
 * @param planes in the order of the components of {@code Planes} in WGSL
 */
record Format(List<String> files, List<Plane> planes) {
    /** Columns of a sub-block, which {@code load_sub_block} dequantizes; {@code 4 · SUB_BLOCK_VEC4S} in WGSL. */
    static final int SUB_BLOCK_COLUMNS = 16;

    /** A field of each block: {@code bytes} from {@code offset} on. */
    record Plane(int offset, int bytes) {}

    static Format of(TensorType type) {
        return switch (type) {
            case F32 -> new Format(List.of("f32"), List.of(new Plane(0, 4)));
            case F16 -> new Format(List.of("f16"), List.of(new Plane(0, 2)));
            case BF16 -> new Format(List.of("bf16"), List.of(new Plane(0, 2)));
            case Q4_0 -> new Format(List.of("q4_0"), List.of(new Plane(0, 2), new Plane(2, 16)));
            case Q4_1 -> new Format(List.of("q4_1"), List.of(new Plane(0, 4), new Plane(4, 16)));
            case Q5_0 -> new Format(List.of("q5", "q5_0"), List.of(new Plane(0, 2), new Plane(2, 4), new Plane(6, 16)));
            case Q5_1 -> new Format(List.of("q5", "q5_1"), List.of(new Plane(0, 4), new Plane(4, 4), new Plane(8, 16)));
            case Q8_0 -> new Format(List.of("q8_0"), List.of(new Plane(0, 2), new Plane(2, 32)));
            case Q2_K -> new Format(List.of("q2_k"), List.of(new Plane(0, 16), new Plane(16, 64), new Plane(80, 4)));
            case Q3_K ->
                new Format(
                        List.of("q3_k"),
                        List.of(new Plane(0, 32), new Plane(32, 64), new Plane(96, 12), new Plane(108, 2)));
            case Q4_K -> new Format(List.of("k_scales", "q4_k"), List.of(new Plane(0, 16), new Plane(16, 128)));
            case Q5_K ->
                new Format(
                        List.of("k_scales", "q5_k"), List.of(new Plane(0, 16), new Plane(16, 32), new Plane(48, 128)));
            case Q6_K ->
                new Format(
                        List.of("q6_k"),
                        List.of(new Plane(0, 128), new Plane(128, 64), new Plane(192, 16), new Plane(208, 2)));
            case IQ4_NL -> new Format(List.of("iq4", "iq4_nl"), List.of(new Plane(0, 2), new Plane(2, 16)));
            case IQ4_XS ->
                new Format(List.of("iq4", "iq4_xs"), List.of(new Plane(0, 4), new Plane(4, 4), new Plane(8, 128)));
        };
    }
}
