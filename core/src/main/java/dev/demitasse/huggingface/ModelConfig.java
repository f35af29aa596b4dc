package dev.demitasse.huggingface;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The content of {@code config.json} in the form of GGUF metadata. A configuration that the plans of {@code model} do not support, for
 * example another activation or order of windows, is rejected.
 *
 * @param metadata keys and values of {@link dev.demitasse.gguf.Metadata}
 * @param tables tensors of GGUF files that folders do not have: frequency factors of RoPE
 * @param tied whether the embedding is also the output matrix
 * @param awqGroup number of inputs that share a scale in matrices quantized by AWQ, {@link #WHOLE_COLUMN} for all inputs, or
 *     {@link #NOT_AWQ}
 */
record ModelConfig(
        Architecture architecture,
        Map<String, Object> metadata,
        Map<String, float[]> tables,
        boolean tied,
        int headSize,
        int awqGroup) {
    static final int NOT_AWQ = 0;
    static final int WHOLE_COLUMN = -1;

    static ModelConfig read(String configJson) {
        return new Reader(Fields.parse("config.json", configJson)).read();
    }

    private static final class Reader {
        private static final int MAX_HEAD_SIZE = 1 << 16;
        private static final int SMOLLM3_NOPE_INTERVAL = 4;
        private static final int GEMMA3_PATTERN = 6;

        private final Fields config;
        private final Architecture architecture;
        private final int layers;
        private final int hiddenSize;
        private final int heads;
        private final int headSize;
        private final int context;
        private final Map<String, Object> metadata = new LinkedHashMap<>();
        private final Map<String, float[]> tables = new LinkedHashMap<>();

        Reader(Fields config) {
            this.config = config;
            architecture = Architecture.of(config);
            layers = config.positive("num_hidden_layers");
            hiddenSize = config.positive("hidden_size");
            heads = config.positive("num_attention_heads");
            headSize = config.positive("head_dim", Math.max(1, architecture.headSize(hiddenSize, heads)));
            if (headSize > MAX_HEAD_SIZE) {
                throw config.error("head_dim", "is " + headSize + "; at most " + MAX_HEAD_SIZE + " is supported");
            }
            context = config.positive("max_position_embeddings");
        }

        ModelConfig read() {
            metadata.put("general.architecture", architecture.ggufName());
            put("context_length", context);
            put("embedding_length", hiddenSize);
            put("block_count", layers);
            put("feed_forward_length", config.positive("intermediate_size"));
            put("attention.head_count", heads);
            put("attention.head_count_kv", config.positive("num_key_value_heads", heads));
            put("attention.key_length", headSize);
            put("attention.layer_norm_rms_epsilon", config.positiveReal("rms_norm_eps"));
            readRope();
            switch (architecture) {
                case GEMMA2 -> readGemma2();
                case GEMMA3 -> readGemma3();
                case PHI3 -> readPhi3();
                case SMOLLM3 -> requireNoPeEveryFourth();
                default -> requireFullAttention();
            }
            requireActivation();
            boolean tied = config.bool("tie_word_embeddings", architecture.tiedByDefault());
            return new ModelConfig(architecture, metadata, tables, tied, headSize, awqGroup());
        }

        /** Reads {@code rope_parameters} (transformers 5), or {@code rope_theta} and {@code rope_scaling}. */
        private void readRope() {
            Fields rope = config.object(config.has("rope_parameters") ? "rope_parameters" : "rope_scaling");
            Fields local = rope.object("sliding_attention");
            if (architecture == Architecture.GEMMA3) {
                put(
                        "rope.freq_base_swa",
                        local.positiveReal("rope_theta", config.positiveReal("rope_local_base_freq", 10_000)));
                requireString(local, "rope_type", "default");
            }
            if (rope.has("full_attention")) {
                rope = rope.object("full_attention");
            }
            double theta = rope.positiveReal("rope_theta", config.positiveReal("rope_theta", architecture.ropeTheta()));
            put("rope.freq_base", theta);
            int dimensions = rotatedDimensions(rope);
            put("rope.dimension_count", dimensions);
            String type = rope.string("rope_type", rope.string("type", "default"));
            switch (type) {
                case "default" -> {}
                case "linear" -> {
                    put("rope.scaling.type", "linear");
                    put("rope.scaling.factor", rope.positiveReal("factor"));
                }
                case "yarn" -> readYarn(rope);
                case "llama3" -> readLlama3(rope, theta, dimensions);
                case "longrope", "su" -> readLongRope(rope);
                default -> throw rope.error("rope_type", "is \"" + type + "\", which is not supported");
            }
        }

        private int rotatedDimensions(Fields rope) {
            double part = rope.positiveReal("partial_rotary_factor", config.positiveReal("partial_rotary_factor", 1));
            if (part > 1 || part < 1 && architecture != Architecture.PHI3) {
                throw rope.error("partial_rotary_factor", "is " + part + ", which is not supported");
            }
            return (int) (headSize * part);
        }

        private void readYarn(Fields rope) {
            if (architecture == Architecture.PHI3) {
                throw rope.error("rope_type", "is \"yarn\", which this architecture does not have");
            }
            for (String name : List.of("attention_factor", "mscale", "mscale_all_dim", "truncate")) {
                if (rope.has(name)) {
                    throw rope.error(name, "is not supported");
                }
            }
            put("rope.scaling.type", "yarn");
            put("rope.scaling.factor", rope.positiveReal("factor"));
            put("rope.scaling.original_context_length", trainedContext(rope));
            put("rope.scaling.yarn_beta_fast", rope.positiveReal("beta_fast", 32));
            put("rope.scaling.yarn_beta_slow", rope.positiveReal("beta_slow", 1));
        }

        /**
         * Converts Llama 3.1's scaling to factors that divide the frequencies: 1 for pairs with many rotations in the trained
         * context, {@code factor} for those with few, with a ramp between (transformers' {@code _compute_llama3_parameters}).
         */
        private void readLlama3(Fields rope, double theta, int dimensions) {
            if (architecture != Architecture.LLAMA) {
                throw rope.error("rope_type", "is \"llama3\", which this architecture does not have");
            }
            double factor = rope.positiveReal("factor");
            double low = rope.positiveReal("low_freq_factor");
            double high = rope.positiveReal("high_freq_factor");
            int trained = trainedContext(rope);
            float[] factors = new float[dimensions / 2];
            for (int i = 0; i < factors.length; i++) {
                double wavelength = 2 * Math.PI * Math.pow(theta, 2.0 * i / dimensions);
                double rotations = trained / wavelength;
                double ramp = Math.max(0, Math.min(1, (rotations - low) / (high - low)));
                factors[i] = (float) (1 / ((1 - ramp) / factor + ramp));
            }
            tables.put("rope_freqs.weight", factors);
        }

        /** Reads LongRoPE as transformers' {@code _compute_longrope_parameters} does. */
        private void readLongRope(Fields rope) {
            if (architecture != Architecture.PHI3) {
                throw rope.error("rope_type", "is \"longrope\", which this architecture does not have");
            }
            int trained = trainedContext(rope);
            double factor = rope.positiveReal("factor", (double) context / trained);
            double attentionFactor = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(trained));
            put("rope.scaling.type", "longrope");
            put("rope.scaling.original_context_length", trained);
            put("rope.scaling.attn_factor", rope.positiveReal("attention_factor", attentionFactor));
            tables.put("rope_factors_long.weight", rope.positiveReals("long_factor"));
            tables.put("rope_factors_short.weight", rope.positiveReals("short_factor"));
        }

        private int trainedContext(Fields rope) {
            String name = "original_max_position_embeddings";
            return config.positive(name, rope.positive(name, context));
        }

        private void readGemma2() {
            put("attention.sliding_window", config.positive("sliding_window"));
            put("attn_logit_softcapping", config.positiveReal("attn_logit_softcapping"));
            put("final_logit_softcapping", config.positiveReal("final_logit_softcapping"));
            requireWindows(2);
            requireScale(46);
        }

        private void readGemma3() {
            if (config.has("attn_logit_softcapping")) {
                throw config.error("attn_logit_softcapping", "is not supported");
            }
            if (config.bool("use_bidirectional_attention", false)) {
                throw config.error("use_bidirectional_attention", "is true, which is not supported");
            }
            put("attention.sliding_window", config.positive("sliding_window"));
            int pattern = config.positive(
                    "sliding_window_pattern", config.positive("_sliding_window_pattern", GEMMA3_PATTERN));
            put("attention.sliding_window_pattern", pattern);
            if (config.has("final_logit_softcapping")) {
                put("final_logit_softcapping", config.positiveReal("final_logit_softcapping"));
            }
            requireWindows(pattern);
            requireScale(62);
        }

        private void readPhi3() {
            if (config.has("sliding_window")) {
                put("attention.sliding_window", config.positive("sliding_window"));
            }
        }

        /** Checks that every {@code pattern}th layer attends to all positions, and the others to a window. */
        private void requireWindows(int pattern) {
            if (!config.has("layer_types")) {
                return;
            }
            List<String> types = config.strings("layer_types");
            if (types.size() != layers) {
                throw config.error("layer_types", "has " + types.size() + " elements for " + layers + " layers");
            }
            for (int layer = 0; layer < types.size(); layer++) {
                String expected = (layer + 1) % pattern == 0 ? "full_attention" : "sliding_attention";
                if (!types.get(layer).equals(expected)) {
                    throw config.error(
                            "layer_types", "has \"" + types.get(layer) + "\" at " + layer + "; expected " + expected);
                }
            }
        }

        private void requireFullAttention() {
            if (config.bool("use_sliding_window", false)) {
                throw config.error("use_sliding_window", "is true, which is not supported");
            }
            requireWindows(1);
        }

        private void requireNoPeEveryFourth() {
            requireFullAttention();
            int interval = config.positive("no_rope_layer_interval", SMOLLM3_NOPE_INTERVAL);
            if (interval != SMOLLM3_NOPE_INTERVAL) {
                throw config.error("no_rope_layer_interval", "is " + interval + "; only 4 is supported");
            }
            if (!config.has("no_rope_layers")) {
                return;
            }
            List<Long> rotated = config.integers("no_rope_layers"); // 1 where the layer has RoPE, despite the name
            for (int layer = 0; layer < rotated.size(); layer++) {
                if (rotated.get(layer) != ((layer + 1) % SMOLLM3_NOPE_INTERVAL == 0 ? 0 : 1)) {
                    throw config.error(
                            "no_rope_layers",
                            "has " + rotated.get(layer) + " at " + layer
                                    + "; only every fourth layer without RoPE is supported");
                }
            }
        }

        /** Checks the scale of the scores, for which GGUF has no key: only that of the plans is supported. */
        private void requireScale(int layersOf27B) {
            double scalar = config.positiveReal("query_pre_attn_scalar", 256);
            int expected = layers == layersOf27B ? hiddenSize / heads : headSize;
            if (scalar != expected) {
                throw config.error("query_pre_attn_scalar", "is " + scalar + "; only " + expected + " is supported");
            }
        }

        private void requireActivation() {
            if (architecture.isGemma()) {
                requireString(config, "hidden_activation", "gelu_pytorch_tanh");
            } else {
                requireString(config, "hidden_act", "silu");
            }
        }

        private static void requireString(Fields fields, String name, String supported) {
            String value = fields.string(name, supported);
            if (!value.equals(supported)) {
                throw fields.error(name, "is \"" + value + "\"; only \"" + supported + "\" is supported");
            }
        }

        private int awqGroup() {
            if (!config.has("quantization_config")) {
                return NOT_AWQ;
            }
            Fields quantization = config.object("quantization_config");
            requireString(quantization, "quant_method", "awq");
            String version = quantization.string("version", "gemm");
            if (!version.equalsIgnoreCase("gemm")) {
                throw quantization.error("version", "is \"" + version + "\"; only \"gemm\" is supported");
            }
            int bits = quantization.positive("bits");
            if (bits != 4) {
                throw quantization.error("bits", "is " + bits + "; only 4 is supported");
            }
            if (!quantization.bool("zero_point", true)) {
                throw quantization.error("zero_point", "is false, which is not supported");
            }
            long group = quantization.integer("group_size");
            if (group != WHOLE_COLUMN && (group < 1 || group % AwqMatrix.BLOCK != 0 || group > Integer.MAX_VALUE)) {
                throw quantization.error("group_size", "is " + group + "; only multiples of 32 are supported");
            }
            return (int) group;
        }

        private void put(String key, Object value) {
            boolean isInteger = value instanceof Integer;
            metadata.put(architecture.ggufName() + "." + key, isInteger ? (Object) (long) (int) value : value);
        }
    }
}
