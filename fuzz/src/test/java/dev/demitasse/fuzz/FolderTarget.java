package dev.demitasse.fuzz;

import dev.demitasse.gguf.GgufException;
import dev.demitasse.huggingface.Folder;
import dev.demitasse.huggingface.FolderStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A Hugging Face folder of which the input replaces one JSON file. */
final class FolderTarget extends Target {
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

    static final List<String> MODELS = List.of("qwen2", "llama3", "gemma2", "gemma3", "phi3", "qwen2-awq", "smollm3");
    static final List<Map<String, String>> TEXTS =
            MODELS.stream().map(FolderTarget::texts).toList();

    /** The files of which the input replaces one. */
    private final List<String> files;

    FolderTarget(String... files) {
        super(GgufException.class);
        this.files = List.of(files);
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
        Map<String, String> texts = new HashMap<>(TEXTS.get(input.choice(TEXTS.size())));
        texts.put(files.get(input.choice(files.size())), input.text());
        FolderStream stream = new FolderStream("model", texts, new Recorder());
        check(stream.file() != null, "no weight file");
    }

    @Override
    protected List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (int file = 0; file < files.size(); file++) {
            for (String seed : seeds(files.get(file))) {
                seeds.add(Input.of(seed, file, seeds.size()));
            }
        }
        return seeds;
    }

    private static List<String> seeds(String file) {
        return switch (file) {
            case TOKENIZER -> List.of(BYTE_LEVEL, DIGITS, SENTENCE_PIECE);
            case "tokenizer_config.json" ->
                List.of("{\"eos_token\": {\"content\": \"<|im_start|>\"}, \"bos_token\": null,"
                        + " \"chat_template\": [{\"name\": \"default\", \"template\": \"{{ x }}\"}]}");
            case "generation_config.json" ->
                List.of(
                        "{\"eos_token_id\": [0, 1], \"temperature\": 0.6, \"top_k\": 20, \"top_p\": 0.9, \"min_p\": 0.1,"
                                + " \"repetition_penalty\": 1.1, \"do_sample\": true}");
            case "model.safetensors.index.json" ->
                List.of(
                        "{\"weight_map\": {\"a\": \"model-00001-of-00002.safetensors\", \"b\": \"model-00002-of-00002.safetensors\"}}");
            default -> TEXTS.stream().map(texts -> texts.get(file)).toList();
        };
    }

    @Override
    protected List<String> dictionary() {
        return List.of(
                "\"weight_map\":{",
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
