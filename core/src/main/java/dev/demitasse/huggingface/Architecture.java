package dev.demitasse.huggingface;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The names of an architecture, the defaults of its configuration (transformers' {@code configuration_*.py}), and the names and
 * changes of its tensors in GGUF (gguf-py's {@code tensor_mapping.py}, llama.cpp's {@code convert_hf_to_gguf.py}).
 */
enum Architecture {
    LLAMA("llama", "llama", 10_000, false, Map.of()),
    SMOLLM3("smollm3", "smollm3", 2_000_000, true, Map.of()),
    QWEN2("qwen2", "qwen2", 10_000, false, Map.of()),
    QWEN3("qwen3", "qwen3", 10_000, false, Map.of()),
    GEMMA2("gemma2", "gemma2", 10_000, true, Names.FOUR_NORMS),
    GEMMA3("gemma3_text", "gemma3", 1_000_000, true, Names.FOUR_NORMS),
    PHI3("phi3", "phi3", 10_000, false, Map.of("self_attn.qkv_proj", "attn_qkv", "mlp.gate_up_proj", "ffn_up"));

    /** Names of a layer's modules: those of most models, and those that differ. */
    private static final class Names {
        static final Map<String, String> COMMON = Map.ofEntries(
                Map.entry("input_layernorm", "attn_norm"),
                Map.entry("self_attn.q_proj", "attn_q"),
                Map.entry("self_attn.k_proj", "attn_k"),
                Map.entry("self_attn.v_proj", "attn_v"),
                Map.entry("self_attn.q_norm", "attn_q_norm"),
                Map.entry("self_attn.k_norm", "attn_k_norm"),
                Map.entry("self_attn.o_proj", "attn_output"),
                Map.entry("post_attention_layernorm", "ffn_norm"),
                Map.entry("mlp.gate_proj", "ffn_gate"),
                Map.entry("mlp.up_proj", "ffn_up"),
                Map.entry("mlp.down_proj", "ffn_down"));
        static final Map<String, String> FOUR_NORMS = Map.of(
                "post_attention_layernorm", "post_attention_norm",
                "pre_feedforward_layernorm", "ffn_norm",
                "post_feedforward_layernorm", "post_ffw_norm");

        private Names() {}
    }

    private static final String LAYERS = "model.layers.";

    private final String modelType;
    private final String ggufName;
    private final double ropeTheta;
    private final boolean tied;
    private final Map<String, String> modules;

    Architecture(String modelType, String ggufName, double ropeTheta, boolean tied, Map<String, String> ownModules) {
        this.modelType = modelType;
        this.ggufName = ggufName;
        this.ropeTheta = ropeTheta;
        this.tied = tied;
        modules = new HashMap<>(Names.COMMON);
        modules.putAll(ownModules);
    }

    static Architecture of(Fields config) {
        String modelType = config.string("model_type");
        for (Architecture architecture : values()) {
            if (architecture.modelType.equals(modelType)) {
                return architecture;
            }
        }
        throw config.error("model_type", "is \"" + modelType + "\", which is not supported");
    }

    /** Returns the value of {@code general.architecture}. */
    String ggufName() {
        return ggufName;
    }

    /** Returns the default base of RoPE. */
    double ropeTheta() {
        return ropeTheta;
    }

    /** Returns whether embedding and output matrix are the same by default. */
    boolean tiedByDefault() {
        return tied;
    }

    boolean isGemma() {
        return this == GEMMA2 || this == GEMMA3;
    }

    /** Returns the default head size. */
    int headSize(int hiddenSize, int heads) {
        return isGemma() ? 256 : this == QWEN3 ? 128 : hiddenSize / heads;
    }

    /** Returns whether GGUF has the rows of a tensor, given by its GGUF name, in the order of interleaved RoPE. */
    boolean isPermuted(String tensor) {
        return (this == LLAMA || this == SMOLLM3) && (tensor.contains(".attn_q.") || tensor.contains(".attn_k."));
    }

    /** Returns the constant to add to a tensor, given by its GGUF name: Gemma's norms multiply by {@code 1 + weight}. */
    float shift(String tensor) {
        return isGemma() && tensor.endsWith("norm.weight") ? 1 : 0;
    }

    /** Returns the GGUF name of a tensor; null if the architecture has no such tensor. */
    @Nullable
    String tensor(String name) {
        return switch (name) {
            case "model.embed_tokens.weight" -> "token_embd.weight";
            case "model.norm.weight" -> "output_norm.weight";
            case "lm_head.weight" -> "output.weight";
            default -> layerTensor(name);
        };
    }

    private @Nullable String layerTensor(String name) {
        int layerEnd = name.indexOf('.', LAYERS.length());
        int moduleEnd = name.lastIndexOf('.');
        if (!name.startsWith(LAYERS) || layerEnd < 0 || moduleEnd <= layerEnd) {
            return null;
        }
        String layer = name.substring(LAYERS.length(), layerEnd);
        String module = modules.get(name.substring(layerEnd + 1, moduleEnd));
        String part = name.substring(moduleEnd);
        boolean known = module != null && (part.equals(".weight") || part.equals(".bias"));
        return known ? "blk." + layer + "." + module + part : null;
    }
}
