package dev.demitasse.fuzz;

import dev.demitasse.gguf.GgufException;
import dev.demitasse.huggingface.Folder;
import dev.demitasse.huggingface.FolderStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The weights of a Hugging Face folder, in pieces of any size. The pieces must not matter. */
final class SafetensorsTarget extends Target {
    /** A model of which all weights take some hundred bytes. */
    private static final String TINY_CONFIG = """
            {"model_type": "llama", "num_hidden_layers": 1, "hidden_size": 4, "intermediate_size": 2, "num_attention_heads": 2,
             "num_key_value_heads": 1, "max_position_embeddings": 16, "rms_norm_eps": 1e-5, "tie_word_embeddings": true}
            """;

    private static final String LAYER = "model.layers.0.";
    private static final Map<String, List<Integer>> TINY_TENSORS = new TreeMap<>(Map.ofEntries(
            Map.entry("model.embed_tokens.weight", List.of(4, 4)),
            Map.entry("model.norm.weight", List.of(4)),
            Map.entry(LAYER + "input_layernorm.weight", List.of(4)),
            Map.entry(LAYER + "post_attention_layernorm.weight", List.of(4)),
            Map.entry(LAYER + "self_attn.q_proj.weight", List.of(4, 4)),
            Map.entry(LAYER + "self_attn.k_proj.weight", List.of(2, 4)),
            Map.entry(LAYER + "self_attn.v_proj.weight", List.of(2, 4)),
            Map.entry(LAYER + "self_attn.o_proj.weight", List.of(4, 4)),
            Map.entry(LAYER + "mlp.gate_proj.weight", List.of(2, 4)),
            Map.entry(LAYER + "mlp.up_proj.weight", List.of(2, 4)),
            Map.entry(LAYER + "mlp.down_proj.weight", List.of(4, 2))));
    private static final List<Map<String, String>> TEXTS = texts();

    SafetensorsTarget() {
        super(GgufException.class);
    }

    private static List<Map<String, String>> texts() {
        List<Map<String, String>> texts = new ArrayList<>(FolderTarget.TEXTS);
        Map<String, String> tiny = new HashMap<>(texts.get(0));
        tiny.put("config.json", TINY_CONFIG);
        texts.add(tiny);
        return texts;
    }

    @Override
    protected void test(byte[] bytes) {
        Input input = new Input(bytes);
        int model = input.choice(TEXTS.size());
        int piece = 1 + input.choice();
        byte[] weights = input.content();
        Object whole = outcome(() -> read(model, weights, Math.max(1, weights.length)));
        Object pieces = outcome(() -> read(model, weights, piece));
        // Bytes after the last tensor are seen only in the same piece as its last byte.
        if (!whole.toString().contains("goes on after its last tensor")) {
            checkEqual(whole, pieces);
        }
    }

    private static String read(int model, byte[] weights, int piece) {
        Recorder recorder = new Recorder();
        FolderStream stream = new FolderStream("model", TEXTS.get(model), recorder);
        Folder.feed(weights, piece, stream::accept);
        stream.finish();
        return recorder.record();
    }

    @Override
    protected List<byte[]> seeds() {
        int awq = FolderTarget.MODELS.indexOf("qwen2-awq");
        byte[] weights = new Folder("qwen2-awq").bytes("model.safetensors");
        int header = Long.BYTES
                + ByteBuffer.wrap(weights).order(ByteOrder.LITTLE_ENDIAN).getInt(0);
        int tiny = FolderTarget.MODELS.size();
        return List.of(
                Input.of(Arrays.copyOf(weights, header + 64), 90, awq),
                Input.of(tiny("F32", 4), 40, tiny),
                Input.of(tiny("BF16", 2), 6, tiny));
    }

    /** Returns the weights of the small model, which are zeros. */
    private static byte[] tiny(String type, int elementBytes) {
        StringBuilder header = new StringBuilder("{");
        int end = 0;
        for (Map.Entry<String, List<Integer>> tensor : TINY_TENSORS.entrySet()) {
            int begin = end;
            end += tensor.getValue().stream().reduce(elementBytes, (a, b) -> a * b);
            header.append(begin == 0 ? "" : ", ")
                    .append("\"" + tensor.getKey() + "\": {\"dtype\": \"" + type + "\", \"shape\": " + tensor.getValue()
                            + ", \"data_offsets\": [" + begin + ", " + end + "]}");
        }
        byte[] text = header.append('}').toString().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Long.BYTES + text.length + end)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(text.length)
                .put(text)
                .array();
    }

    @Override
    protected List<String> dictionary() {
        return List.of(
                "\"dtype\":\"F32\"",
                "\"BF16\"",
                "\"I32\"",
                "\"F16\"",
                "\"shape\":[",
                "\"data_offsets\":[0,",
                "__metadata__",
                "model.embed_tokens.weight",
                "model.layers.0.",
                "lm_head.weight",
                ".qweight",
                ".qzeros",
                ".scales",
                "2147483647",
                "9223372036854775807",
                "-1",
                "1e308",
                "null");
    }

    @Override
    protected long maxAllocation(int inputLength) {
        return 64L << 20;
    }
}
