package dev.demitasse.webgpu;

import dev.demitasse.backend.KvType;
import dev.demitasse.gguf.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A WGSL file with entry points. The files that it builds on precede it in the module; names are without {@code .wgsl}. */
enum KernelSource {
    EMBED(Operand.WEIGHTS),
    MATVEC(Operand.WEIGHTS),
    MATMUL(Operand.WEIGHTS),
    ROPE_AND_STORE_KV(Operand.KV_CACHE),
    ATTENTION(Operand.KV_CACHE),
    RMS_NORM(Operand.VECTORS),
    ELEMENTWISE(Operand.VECTORS),
    SELECT(Operand.VECTORS),
    REPACK(Operand.VECTORS);

    /** Decides which variants of a kernel there are. */
    enum Operand {
        /** Vectors in float32: one variant. */
        VECTORS,
        /** A matrix: a variant for each {@link Format}. */
        WEIGHTS,
        /** Keys and values: a variant for each {@link KvFormat}. */
        KV_CACHE
    }

    private final Operand operand;

    KernelSource(Operand operand) {
        this.operand = operand;
    }

    String file() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the files of a kernel without variants, in the order of the module. */
    List<String> files() {
        require(Operand.VECTORS);
        return List.of("common", "activation", file());
    }

    /** Returns the files of the variant for a format of weights. */
    List<String> files(Format format) {
        require(Operand.WEIGHTS);
        List<String> files = new ArrayList<>(List.of("common", "activation", "weights"));
        format.files().forEach(file -> files.add("formats/" + file));
        files.add(file());
        return files;
    }

    /** Returns the files of the variant for a format of keys and values. */
    List<String> files(KvFormat format) {
        require(Operand.KV_CACHE);
        return List.of("common", "kv_cache", format.file(), file());
    }

    /** Returns the files of each variant. */
    List<List<String>> variants() {
        List<List<String>> variants = new ArrayList<>();
        switch (operand) {
            case VECTORS -> variants.add(files());
            case WEIGHTS -> {
                for (TensorType type : TensorType.values()) {
                    variants.add(files(Format.of(type)));
                }
            }
            case KV_CACHE -> {
                for (KvType type : KvType.values()) {
                    variants.add(files(KvFormat.of(type)));
                }
            }
        }
        return variants;
    }

    private void require(Operand required) {
        if (operand != required) {
            throw new IllegalArgumentException(
                    "kernel " + file() + " has variants by " + operand + ", not " + required);
        }
    }
}
