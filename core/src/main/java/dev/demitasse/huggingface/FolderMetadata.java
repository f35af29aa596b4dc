package dev.demitasse.huggingface;

import dev.demitasse.gguf.GgufException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Converts the small files of a folder to GGUF metadata. */
final class FolderMetadata {
    static final String CONFIG = "config.json";
    static final String TOKENIZER = "tokenizer.json";
    static final String TOKENIZER_CONFIG = "tokenizer_config.json";
    static final String CHAT_TEMPLATE = "chat_template.jinja";
    static final String GENERATION_CONFIG = "generation_config.json";

    private static final String TOKENS = "tokenizer.ggml.tokens";
    private static final String TYPES = "tokenizer.ggml.token_type";
    private static final String SCORES = "tokenizer.ggml.scores";
    private static final String END_IDS = "eos_token_id";
    private static final Map<String, String> SAMPLING_KEYS = Map.of(
            "temperature", "general.sampling.temp",
            "top_p", "general.sampling.top_p",
            "repetition_penalty", "general.sampling.penalty_repeat");
    private static final long UNUSED = 5; // token type of the GGUF specification

    private FolderMetadata() {}

    static Map<String, Object> of(String name, ModelConfig config, Map<String, String> texts) {
        Map<String, Object> metadata = new LinkedHashMap<>(config.metadata());
        metadata.put("general.name", name);
        metadata.putAll(TokenizerJson.metadata(required(texts, TOKENIZER), texts.get(TOKENIZER_CONFIG)));
        if (texts.containsKey(CHAT_TEMPLATE)) {
            metadata.put("tokenizer.chat_template", required(texts, CHAT_TEMPLATE));
        }
        if (texts.containsKey(GENERATION_CONFIG)) {
            Fields generation = Fields.parse(GENERATION_CONFIG, required(texts, GENERATION_CONFIG));
            addEnds(generation, metadata);
            addSampling(generation, metadata);
        }
        return metadata;
    }

    static String required(Map<String, String> texts, String file) {
        String text = texts.get(file);
        if (text == null) {
            throw new GgufException(file + " is missing");
        }
        return text;
    }

    /** Adds the tokens that end an answer besides the tokenizer's EOS. */
    private static void addEnds(Fields generation, Map<String, Object> metadata) {
        List<Long> ids = generation.integersOrOne(END_IDS);
        if (!ids.isEmpty()) {
            metadata.putIfAbsent("tokenizer.ggml.eos_token_id", ids.get(0));
            metadata.put(
                    "tokenizer.ggml.eos_token_ids",
                    ids.stream().mapToLong(id -> id).toArray());
        }
    }

    /** Adds the sampling that the model's authors recommend. */
    private static void addSampling(Fields generation, Map<String, Object> metadata) {
        if (!generation.bool("do_sample", false)) {
            return;
        }
        if (generation.positiveReal("top_p", 1) > 1) {
            throw generation.error("top_p", "is above 1");
        }
        if (generation.has("top_k") && generation.integer("top_k") != 0) { // 0 keeps all
            metadata.put("general.sampling.top_k", (long) generation.positive("top_k"));
        }
        SAMPLING_KEYS.forEach((name, key) -> {
            if (generation.has(name)) {
                metadata.put(key, generation.positiveReal(name));
            }
        });
    }

    /**
     * Adds unused tokens up to the vocabulary size: embedding tables often have more rows than the tokenizer has tokens.
     *
     * @throws GgufException if the table has implausibly many rows
     */
    static void pad(Map<String, Object> metadata, int vocabularySize) {
        if (!(metadata.get(TOKENS) instanceof String[] tokens) || vocabularySize <= tokens.length) {
            return;
        }
        if (vocabularySize > 2L * tokens.length + 1024) {
            throw new GgufException("model.embed_tokens.weight has " + vocabularySize + " rows but " + TOKENIZER
                    + " only " + tokens.length + " tokens");
        }
        String[] padded = Arrays.copyOf(tokens, vocabularySize);
        Arrays.fill(padded, tokens.length, vocabularySize, "");
        metadata.put(TOKENS, padded);
        if (metadata.get(TYPES) instanceof long[] types) {
            long[] paddedTypes = Arrays.copyOf(types, vocabularySize);
            Arrays.fill(paddedTypes, types.length, vocabularySize, UNUSED);
            metadata.put(TYPES, paddedTypes);
        }
        if (metadata.get(SCORES) instanceof double[] scores) {
            metadata.put(SCORES, Arrays.copyOf(scores, vocabularySize));
        }
    }
}
