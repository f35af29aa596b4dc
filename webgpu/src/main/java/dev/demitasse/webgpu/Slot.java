package dev.demitasse.webgpu;

import java.util.Locale;

/**
 * A binding of the kernels. A WGSL file declares it as {@code @group(0) @binding(n) var<…> name}, with the {@link #number} and the
 * {@link #variable} of a slot; {@link WgslModule} refuses any other.
 */
public enum Slot {
    /** Uniforms: the parameters of one dispatch ({@link Params}). */
    PARAMS,
    /** Weights as {@code array<u32>}, a plane after the other ({@link Format}). */
    PLANES_U32,
    /** The same buffer as {@code array<vec4u>}. */
    PLANES_VEC4U,
    /** Activations: {@code array<vec4f>} or {@code array<f32>}. */
    ARENA,
    /** Norm weights and biases: {@code array<vec4f>}. */
    VECTORS,
    /** The tokens and positions of a pass ({@link BatchInputs}). */
    BATCH,
    /** The keys of a layer ({@link KvCache}). */
    KEYS,
    /** The values of a layer. */
    VALUES,
    /** Intermediate results of the search for the top logits. */
    SCRATCH,
    /** The top logits. */
    RESULT,
    /** Blocks of a tensor as they are in the model file. */
    BLOCKS;

    /** Returns the binding number in WGSL. */
    @SuppressWarnings("EnumOrdinal") // KernelContractTest compares the numbers with the WGSL files
    public int number() {
        return ordinal();
    }

    /** Returns the name of the WGSL variable. */
    String variable() {
        return name().toLowerCase(Locale.ROOT);
    }
}
