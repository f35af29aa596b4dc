package dev.demitasse.webgpu;

import dev.demitasse.backend.KvType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The kernels' sources: a kernel is a few of the files in a row. */
public final class Shaders {
    /** All files, without {@code .wgsl}. */
    public static final List<String> FILES = List.of(
            "common",
            "activation",
            "weights",
            "matvec",
            "matmul",
            "embed",
            "rms_norm",
            "elementwise",
            "kv_cache",
            "kv_f16",
            "kv_q8_0",
            "rope_and_store",
            "attention",
            "select",
            "repack",
            "formats/f32",
            "formats/f16",
            "formats/bf16",
            "formats/q4_0",
            "formats/q4_1",
            "formats/q5",
            "formats/q5_0",
            "formats/q5_1",
            "formats/q8_0",
            "formats/k_scales",
            "formats/q2_k",
            "formats/q3_k",
            "formats/q4_k",
            "formats/q5_k",
            "formats/q6_k",
            "formats/iq4",
            "formats/iq4_nl",
            "formats/iq4_xs");

    private final Map<String, String> files;

    /** @param files text of each of {@link #FILES} */
    public Shaders(Map<String, String> files) {
        for (String name : FILES) {
            if (!files.containsKey(name)) {
                throw new IllegalArgumentException("the kernels' source " + name + ".wgsl is missing");
            }
        }
        this.files = Map.copyOf(files);
    }

    /** A kernel that needs no weights. */
    String plain(String name) {
        return join(List.of("common", "activation", name));
    }

    /** A kernel over weights of a format. */
    String over(Format format, String name) {
        List<String> names = new ArrayList<>(List.of("common", "activation", "weights"));
        for (String file : format.files()) {
            names.add("formats/" + file);
        }
        names.add(name);
        return join(names);
    }

    /** A kernel over keys and values of a type. */
    String overKv(KvType type, String name) {
        return join(List.of("common", "kv_cache", "kv_" + type.name().toLowerCase(Locale.ROOT), name));
    }

    private String join(List<String> names) {
        StringBuilder text = new StringBuilder();
        for (String name : names) {
            text.append(files.get(name)).append('\n');
        }
        return text.toString();
    }
}
