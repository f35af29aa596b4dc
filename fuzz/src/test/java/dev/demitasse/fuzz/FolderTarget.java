package dev.demitasse.fuzz;

import dev.demitasse.gguf.GgufException;
import dev.demitasse.huggingface.Folder;
import dev.demitasse.huggingface.FolderStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A Hugging Face folder of which one file is replaced by the input: one of the JSON files, or the weights in pieces. */
final class FolderTarget extends Target {
    private static final String WEIGHTS = "model.safetensors";
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

    /** Returns the small files, with a vocabulary that is quick to read. */
    private static Map<String, String> texts(String model) {
        return new Folder(model).texts();
    }

    @Override
    protected void test(byte[] bytes) {
        Input input = new Input(bytes);
        int model = input.choice(MODELS.size());
        if (file != null) {
            Map<String, String> texts = new HashMap<>(TEXTS.get(model));
            texts.put(file, input.text());
            checkEqual(read(texts, new byte[0], 1), read(texts, new byte[0], 1));
            return;
        }
        int piece = 1 + input.choice();
        byte[] weights = input.content();
        Object whole = outcome(() -> read(TEXTS.get(model), weights, Math.max(1, weights.length)));
        checkEqual(whole, outcome(() -> read(TEXTS.get(model), weights, piece)));
    }

    private Object read(Map<String, String> texts, byte[] weights, int piece) {
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
        List<byte[]> seeds = new ArrayList<>();
        for (int model = 0; model < MODELS.size(); model++) {
            if (file == null) {
                byte[] weights = new Folder(MODELS.get(model)).bytes(WEIGHTS);
                int header = 8
                        + ByteBuffer.wrap(weights)
                                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                                .getInt(0);
                seeds.add(Input.of(java.util.Arrays.copyOf(weights, header + 64), 90, model));
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
