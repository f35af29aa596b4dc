package dev.demitasse.webgpu;

import dev.demitasse.backend.KvTiles;
import dev.demitasse.backend.KvType;
import java.util.Map;
import java.util.TreeMap;

/**
 * The sizes that both Java and the kernels depend on, and that are the same for all pipelines. A WGSL file declares such a size as an
 * {@code override} of its name without a default, and {@link Kernels} sets it.
 */
enum Size {
    /** Invocations per workgroup, except of kernels with a size by {@link Tuning}. */
    WORKGROUP_SIZE(64),
    /** Rows of a matrix per workgroup of {@code matmul.wgsl}; one per invocation loads weights, so they are as many. */
    MATMUL_ROWS(64),
    /** Tokens per workgroup of {@code matmul.wgsl}. */
    MATMUL_TOKENS(64),
    /** Positions that are worth a workgroup of their own in a token's attention. */
    MIN_SPLIT(128),
    /** Positions per tile of the KV cache. */
    KV_TILE(KvTiles.TILE),
    /** Stands for the ring of a layer that keeps all tiles. */
    NO_RING(KvTiles.WHOLE),
    /** Vec4s per block of a KV cache in 8 bits: they share a scale. */
    KV_BLOCK(KvType.BLOCK / 4),
    /** Workgroups that share the logits in {@code select.wgsl}; at most {@link #WORKGROUP_SIZE}. */
    LOGIT_SPLITS(64),
    /** Maximum number of tokens that {@code select.wgsl} finds. */
    MAX_TOP_K(256);

    private final int value;

    Size(int value) {
        this.value = value;
    }

    int value() {
        return value;
    }

    /**
     * Returns the values of a module's overrides.
     *
     * @param variant the values of the overrides that differ from pipeline to pipeline, and of sizes that do so there
     * @throws IllegalArgumentException if an override has no value, or the module lacks one of the variant's
     */
    static Map<String, Integer> overrides(WgslModule module, Map<String, Integer> variant) {
        Map<String, Integer> values = new TreeMap<>(variant);
        for (Size size : Size.values()) {
            if (module.overrides().contains(size.name())) {
                values.putIfAbsent(size.name(), size.value);
            }
        }
        if (!values.keySet().equals(module.overrides())) {
            throw module.error("its overrides are " + module.overrides() + ", but Java gives " + values);
        }
        return values;
    }
}
