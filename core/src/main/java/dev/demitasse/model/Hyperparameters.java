package dev.demitasse.model;

import dev.demitasse.gguf.GgufException;
import dev.demitasse.gguf.Metadata;
import dev.demitasse.plan.Op;
import dev.demitasse.plan.Rotary;
import java.util.Set;

/**
 * The metadata of an architecture. Keys are given without their prefix; values are checked.
 *
 * @param contextLength number of positions that the plan is for
 */
record Hyperparameters(Metadata metadata, String architecture, int contextLength) {
    /** Limits the tables of RoPE, which are made before the shapes of tensors are checked. */
    private static final int MAX_HEAD_SIZE = 1 << 16;

    private static final Set<String> SCALING_TYPES = Set.of("none", "linear", "yarn", "longrope");
    private static final Set<String> ROPE_KEYS = Set.of(
            "dimension_count",
            "freq_base",
            "scale_linear",
            "scaling.type",
            "scaling.factor",
            "scaling.attn_factor",
            "scaling.original_context_length",
            "scaling.finetuned", // says how the model was trained; llama.cpp only prints it
            "scaling.yarn_beta_fast",
            "scaling.yarn_beta_slow");

    /**
     * Reads the context length.
     *
     * @param requestedContext number of positions; 0 for all that the model was trained for
     */
    static Hyperparameters of(Metadata metadata, String architecture, int requestedContext) {
        int trained = new Hyperparameters(metadata, architecture, 0).positive("context_length");
        return new Hyperparameters(metadata, architecture, requestedContext == 0 ? trained : requestedContext);
    }

    /** Returns an integer of at least 1. */
    int positive(String key) {
        int value = metadata.integer(path(key));
        if (value < 1) {
            throw new GgufException(path(key) + " is " + value + "; it must be positive");
        }
        return value;
    }

    int positive(String key, int defaultValue) {
        return has(key) ? positive(key) : defaultValue;
    }

    /**
     * Returns the number of positions that a token attends to in layers with a sliding window.
     *
     * @return {@link Op.Attention#ALL_POSITIONS} if the file says 0: no layer has a window
     */
    int slidingWindow(int defaultValue) {
        String key = "attention.sliding_window";
        boolean isOff = has(key) && metadata.integer(path(key)) == 0;
        return isOff ? Op.Attention.ALL_POSITIONS : positive(key, defaultValue);
    }

    /**
     * Checks that no layer has a sliding window. The architecture's layers may have one in the original model, but the file does not say
     * which do.
     *
     * @throws GgufException if the file has a window that is shorter than the context
     */
    void requireNoSlidingWindow() {
        int window = slidingWindow(Op.Attention.ALL_POSITIONS);
        if (window < contextLength) {
            throw new GgufException(path("attention.sliding_window") + " is " + window + ", which is not supported for "
                    + architecture + ": the file does not say which layers have the window. A context of at most "
                    + window + " tokens needs none");
        }
    }

    /** Returns a finite float above 0. */
    float positiveReal(String key) {
        float value = metadata.real(path(key));
        if (!(value > 0 && value < Float.POSITIVE_INFINITY)) {
            throw new GgufException(path(key) + " is " + value + "; it must be positive");
        }
        return value;
    }

    float positiveReal(String key, float defaultValue) {
        return has(key) ? positiveReal(key) : defaultValue;
    }

    /** Returns the sizes that every architecture has. */
    Sizes sizes() {
        int hiddenSize = positive("embedding_length");
        int heads = positive("attention.head_count");
        int kvHeads = positive("attention.head_count_kv", heads);
        if (!has("attention.key_length")) {
            requireDivides("attention.head_count", heads, "embedding_length", hiddenSize);
        }
        requireDivides("attention.head_count_kv", kvHeads, "attention.head_count", heads);
        int headSize = positive("attention.key_length", hiddenSize / heads);
        if ((long) heads * headSize > Integer.MAX_VALUE) {
            throw new GgufException(path("attention.key_length") + " is " + headSize + "; " + heads
                    + " heads of it are too many elements");
        }
        if (headSize > MAX_HEAD_SIZE) {
            throw new GgufException(
                    path("attention.key_length") + " is " + headSize + "; at most " + MAX_HEAD_SIZE + " is supported");
        }
        return new Sizes(
                hiddenSize,
                positive("block_count"),
                heads,
                kvHeads,
                headSize,
                positive("feed_forward_length"),
                positiveReal("attention.layer_norm_rms_epsilon"));
    }

    /** Returns RoPE with the base and scaling of the file. */
    Rotary rotary(Rotary.Pairing pairing, int headSize) {
        return rotary(pairing, headSize, 10_000);
    }

    /**
     * Returns RoPE with the base and scaling of the file, or the default base. Missing keys have llama.cpp's defaults: a factor without a type
     * is linear, and the trained context of YaRN is that of the model.
     */
    Rotary rotary(Rotary.Pairing pairing, int headSize, float defaultBase) {
        int dimensions = positive("rope.dimension_count", headSize);
        if (dimensions % 2 != 0 || dimensions > headSize) {
            throw new GgufException(path("rope.dimension_count") + " is " + dimensions
                    + "; it must be even and at most the head size, " + headSize);
        }
        requireKnownRopeKeys();
        float base = positiveReal("rope.freq_base", defaultBase);
        String scaling = has("rope.scaling.type") ? metadata.string(path("rope.scaling.type")) : "linear";
        if (!SCALING_TYPES.contains(scaling)) {
            throw new GgufException(path("rope.scaling.type") + " is \"" + scaling + "\", which is not supported");
        }
        float factor = scaling.equals("none") ? 1 : scalingFactor();
        Rotary rotary = !scaling.equals("yarn")
                ? Rotary.of(pairing, dimensions, base).interpolated(factor)
                : Rotary.yarn(
                        pairing,
                        dimensions,
                        base,
                        factor,
                        originalContextLength(),
                        positiveReal("rope.scaling.yarn_beta_fast", 32),
                        positiveReal("rope.scaling.yarn_beta_slow", 1));
        return rotary.withAttentionFactor(rotary.attentionFactor() * positiveReal("rope.scaling.attn_factor", 1));
    }

    /** Returns the divisor of the frequencies; 1 if the file has none, or 0. */
    private float scalingFactor() {
        for (String key : new String[] {"rope.scaling.factor", "rope.scale_linear"}) {
            if (has(key)) {
                return metadata.real(path(key)) == 0 ? 1 : positiveReal(key);
            }
        }
        return 1;
    }

    /** Returns the number of positions in training, before the context was extended. */
    int originalContextLength() {
        return positive("rope.scaling.original_context_length", positive("context_length"));
    }

    /** Throws an exception if the file has a key of RoPE that this class does not know: it may change the result. */
    private void requireKnownRopeKeys() {
        String prefix = path("rope.");
        for (String key : metadata.keys()) {
            boolean isLocalBase = key.equals("gemma3.rope.freq_base_swa");
            if (key.startsWith(prefix) && !isLocalBase && !ROPE_KEYS.contains(key.substring(prefix.length()))) {
                throw new GgufException(key + " is set, which is not supported: it may change the result");
            }
        }
    }

    /** Throws an exception if {@code divisor} does not divide {@code dividend}. */
    private void requireDivides(String part, int divisor, String whole, int dividend) {
        if (dividend % divisor != 0) {
            throw new GgufException(
                    path(part) + " (" + divisor + ") does not divide " + path(whole) + " (" + dividend + ")");
        }
    }

    boolean has(String key) {
        return metadata.has(path(key));
    }

    private String path(String key) {
        return architecture + "." + key;
    }
}
