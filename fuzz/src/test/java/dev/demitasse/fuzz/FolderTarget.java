package dev.demitasse.fuzz;

import dev.demitasse.gguf.GgufException;
import dev.demitasse.huggingface.Folder;
import dev.demitasse.huggingface.FolderStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A Hugging Face folder of which one file is replaced by the input: one of the JSON files, or the weights in pieces. */
final class FolderTarget extends Target {
    private static final String WEIGHTS = "model.safetensors";
    private static final String TOKENIZER = "tokenizer.json";
    private static final String BYTE_LEVEL = """
            {"added_tokens": [{"id": 0, "content": "<|im_start|>", "special": true}], "normalizer": null,
             "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true}, "post_processor": null,
             "model": {"type": "BPE", "byte_fallback": false, "ignore_merges": false, "unk_token": null,
              "vocab": {"<|im_start|>": 0, "h": 1, "e": 2, "he": 3}, "merges": [["h", "e"]]}}
            """;
    private static final String DIGITS = """
            {"added_tokens": [{"id": 3, "content": "<s>", "special": false}], "normalizer": null,
             "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": true},
              {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true}]},
             "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>"}}, {"Sequence": {"id": "A"}}]},
             "model": {"type": "BPE", "vocab": {"t": 0, "h": 1, "th": 2}, "merges": ["t h"]}}
            """;
    private static final String SENTENCE_PIECE = """
            {"added_tokens": [{"id": 0, "content": "<unk>", "special": true}],
             "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "\u2581"},
              {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}]}, "pre_tokenizer": null,
             "model": {"type": "BPE", "byte_fallback": true, "unk_token": "<unk>",
              "vocab": {"<unk>": 0, "<0x0A>": 1, "\u2581": 2, "a": 3, "\u2581a": 4}, "merges": ["\u2581 a"]}}
            """;

    private static final List<String> MODELS =
            List.of("qwen2", "llama3", "gemma2", "gemma3", "phi3", "qwen2-awq", "smollm3");
    private static final List<Map<String, String>> TEXTS =
            MODELS.stream().map(FolderTarget::texts).toList();

    /** The file that the input replaces; null for the weights. */
    private final String file;

    FolderTarget(String file) {
        super(GgufException.class);
        this.file = file;
    }

    /** Returns the small files, with a small vocabulary, so that reading it takes little time. */
    private static Map<String, String> texts(String model) {
        Map<String, String> texts = new Folder(model).texts();
        texts.put(TOKENIZER, BYTE_LEVEL);
        texts.remove("tokenizer_config.json"); // it names tokens of another vocabulary
        return texts;
    }

    @Override
    protected void test(byte[] bytes) {
        Input input = new Input(bytes);
        int model = input.choice(MODELS.size());
        if (file != null) {
            Map<String, String> texts = new HashMap<>(TEXTS.get(model));
            texts.put(file, input.text());
            read(texts, new byte[0], 1);
            return;
        }
        int piece = 1 + input.choice();
        byte[] weights = input.content();
        Object whole = outcome(() -> read(TEXTS.get(model), weights, Math.max(1, weights.length)));
        checkEqual(whole, outcome(() -> read(TEXTS.get(model), weights, piece)));
    }

    private static String read(Map<String, String> texts, byte[] weights, int piece) {
        Recorder recorder = new Recorder();
        FolderStream stream = new FolderStream("model", texts, recorder);
        if (weights.length > 0) {
            Folder.feed(weights, piece, stream::accept);
            stream.finish();
        }
        return recorder.record();
    }

    @Override
    protected List<byte[]> seeds() {
        if (TOKENIZER.equals(file)) {
            return Fuzzer.inputs(List.of(BYTE_LEVEL, DIGITS, SENTENCE_PIECE));
        }
        List<byte[]> seeds = new ArrayList<>();
        for (int model = 0; model < MODELS.size(); model++) {
            if (file == null) {
                byte[] weights = new Folder(MODELS.get(model)).bytes(WEIGHTS);
                int header = 8
                        + ByteBuffer.wrap(weights)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .getInt(0);
                seeds.add(Input.of(Arrays.copyOf(weights, header + 64), 90, model));
            } else if (TEXTS.get(model).containsKey(file)) {
                seeds.add(Input.of(TEXTS.get(model).get(file), model));
            }
        }
        return seeds;
    }

    @Override
    protected List<String> dictionary() {
        return List.of(
                "\"dtype\":\"F32\"",
                "\"BF16\"",
                "\"I32\"",
                "\"shape\":[",
                "\"data_offsets\":[0,",
                "__metadata__",
                "model.embed_tokens.weight",
                "model.layers.0.",
                "\"rope_scaling\":{",
                "\"rope_type\":\"yarn\"",
                "\"llama3\"",
                "\"longrope\"",
                "\"factor\":",
                "\"layer_types\":[",
                "\"sliding_window\":",
                "\"quantization_config\":{",
                "\"model\":{",
                "\"vocab\":{",
                "\"merges\":[",
                "\"added_tokens\":[",
                "\"byte_fallback\":true",
                "\"pre_tokenizer\":{",
                "\"normalizer\":",
                "\"post_processor\":{",
                "2147483647",
                "9223372036854775807",
                "-1",
                "1e308",
                "0.5",
                "null");
    }

    @Override
    protected long maxAllocation(int inputLength) {
        return 64L << 20;
    }
}
