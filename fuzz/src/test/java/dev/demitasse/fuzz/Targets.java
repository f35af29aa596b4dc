package dev.demitasse.fuzz;

import dev.demitasse.engine.ModelTarget;
import dev.demitasse.engine.StopTarget;
import dev.demitasse.store.ManifestTarget;
import dev.demitasse.store.ResponseTarget;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** All targets by name. */
final class Targets {
    private static final Map<String, Supplier<Target>> ALL = new LinkedHashMap<>();

    static {
        ALL.put("json", JsonTarget::new);
        ALL.put("gguf", GgufTarget::new);
        ALL.put("gguf-stream", GgufStreamTarget::new);
        ALL.put("gguf-split", SplitTarget::new);
        ALL.put("names", NameTarget::new);
        ALL.put("quant", QuantTarget::new);
        ALL.put("safetensors", SafetensorsTarget::new);
        ALL.put("config", () -> new FolderTarget("config.json"));
        ALL.put("tokenizer-json", () -> new FolderTarget("tokenizer.json"));
        ALL.put(
                "folder",
                () -> new FolderTarget(
                        "tokenizer_config.json", "generation_config.json", "model.safetensors.index.json"));
        ALL.put("model", ModelTarget::new);
        ALL.put("tokenizer", TokenizerTarget::new);
        ALL.put("encode", EncodeTarget::new);
        ALL.put("template", TemplateTarget::new);
        ALL.put("answer", AnswerTarget::new);
        ALL.put("stop", StopTarget::new);
        ALL.put("regex", RegexTarget::new);
        ALL.put("schema", SchemaTarget::new);
        ALL.put("chat-request", RequestTarget::chat);
        ALL.put("completion-request", RequestTarget::completions);
        ALL.put("response-request", RequestTarget::responses);
        ALL.put("embedding-request", RequestTarget::embeddings);
        ALL.put("manifest", ManifestTarget::new);
        ALL.put("http", ResponseTarget::new);
        ALL.put("snapshot", SnapshotTarget::new);
    }

    private Targets() {}

    static List<String> names() {
        return List.copyOf(ALL.keySet());
    }

    static Target of(String name) {
        Supplier<Target> target = ALL.get(name);
        if (target == null) {
            throw new IllegalArgumentException("no target is named " + name + "; there are " + ALL.keySet());
        }
        return target.get();
    }
}
