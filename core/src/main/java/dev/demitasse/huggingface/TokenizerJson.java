package dev.demitasse.huggingface;

import dev.demitasse.gguf.GgufException;
import dev.demitasse.json.JsonException;
import dev.demitasse.json.JsonReader;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Converts Hugging Face's {@code tokenizer.json} and {@code tokenizer_config.json} to the metadata of a GGUF file. Tokenizers are
 * recognized by their parts; an unknown part is an error that shows it.
 */
public final class TokenizerJson {
    private static final String FILE = "tokenizer.json";
    private static final String CONFIG = "tokenizer_config.json";
    private static final String SPACE = "\u2581";

    // Token types of the GGUF specification.
    private static final long NORMAL = 1;
    private static final long CONTROL = 3;
    private static final long USER_DEFINED = 4;
    private static final long UNUSED = 5;
    private static final long BYTE = 6;

    /** Score of tokens that are not the result of a merge. */
    private static final double UNMERGED = -1e9;

    private static final String CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private static final String WORDS = "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+";
    private static final String REST = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String LLAMA_3 = CONTRACTIONS + WORDS + "|\\p{N}{1,3}" + REST;
    private static final String QWEN_2 = CONTRACTIONS + WORDS + "|\\p{N}" + REST;
    private static final String QWEN_3_5 = CONTRACTIONS
            + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String LOWER_WORD =
            "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+";
    private static final String UPPER_WORD =
            "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*";
    private static final String SLASH_REST = REST.replace("[\\r\\n]*", "[\\r\\n/]*");
    private static final String GPT_4O =
            LOWER_WORD + CONTRACTIONS + "?|" + UPPER_WORD + CONTRACTIONS + "?|\\p{N}{1,3}" + SLASH_REST;
    private static final String TEKKEN = LOWER_WORD + "|" + UPPER_WORD + "|\\p{N}" + SLASH_REST;

    private final Map<String, @Nullable Object> root;
    private final Map<String, @Nullable Object> model;
    private final Map<String, Object> values = new HashMap<>();
    private final Map<String, Integer> ids = new HashMap<>();

    private TokenizerJson(Map<String, @Nullable Object> root) {
        this.root = root;
        model = object(root.get("model"), "model");
    }

    /**
     * Returns the GGUF metadata {@code tokenizer.ggml.*} and {@code tokenizer.chat_template}.
     *
     * @param tokenizer text of {@code tokenizer.json}
     * @param config text of {@code tokenizer_config.json}; null if it does not exist
     * @throws GgufException naming the field that is malformed or not supported
     */
    public static Map<String, Object> metadata(String tokenizer, @Nullable String config) {
        TokenizerJson reader = new TokenizerJson(object(parse(tokenizer, FILE), FILE));
        reader.vocabulary();
        reader.specialTokens();
        if (config != null) {
            reader.config(object(parse(config, CONFIG), CONFIG));
        }
        return reader.values;
    }

    private void vocabulary() {
        require("BPE".equals(model.get("type")), "model.type", model.get("type"));
        Map<String, @Nullable Object> vocabulary = object(model.get("vocab"), "model.vocab");
        List<?> added = list(root.get("added_tokens"), "added_tokens");
        vocabulary.forEach((token, id) -> ids.put(token, id(id, "model.vocab", token)));
        for (Object token : added) {
            Map<String, @Nullable Object> fields = object(token, "added_tokens");
            String content = string(fields.get("content"), "added_tokens.content");
            ids.put(content, id(fields.get("id"), "added_tokens", content));
        }
        int size = 0;
        for (int id : ids.values()) {
            size = Math.max(size, id + 1);
        }
        require(size <= 2 * ids.size() + 1024, "the largest token id", size - 1);
        String[] tokens = new String[size];
        Arrays.fill(tokens, "");
        long[] types = new long[size];
        Arrays.fill(types, UNUSED);
        boolean bytes = Boolean.TRUE.equals(model.get("byte_fallback"));
        ids.forEach((token, id) -> {
            require(tokens[id].isEmpty(), "the id of \"" + token + "\"", id);
            tokens[id] = token;
            types[id] = bytes && isByte(token) ? BYTE : NORMAL;
        });
        for (Object token : added) {
            Map<String, @Nullable Object> fields = object(token, "added_tokens");
            int id = known(fields.get("content"), "added_tokens.content");
            types[id] = Boolean.TRUE.equals(fields.get("special")) ? CONTROL : USER_DEFINED;
        }
        put("tokens", tokens);
        put("token_type", types);
        List<?> merges = list(model.get("merges"), "model.merges");
        if (bytes) {
            put("model", "llama");
            put("add_space_prefix", spacePrefix());
            put("scores", scores(merges, size));
        } else {
            put("model", "gpt2");
            put("pre", preTokenizer());
            put("merges", merges.stream().map(TokenizerJson::merge).toArray(String[]::new));
        }
        if (model.get("unk_token") != null) {
            put("unknown_token_id", (long) known(model.get("unk_token"), "model.unk_token"));
        }
    }

    /** Returns a score for each token, which falls with the rank of its first merge: SentencePiece's order. */
    private double[] scores(List<?> merges, int size) {
        double[] scores = new double[size];
        Arrays.fill(scores, UNMERGED);
        for (int rank = merges.size() - 1; rank >= 0; rank--) {
            String merge = merge(merges.get(rank));
            int space = merge.indexOf(' ');
            require(space > 0, "model.merges[" + rank + "]", merge);
            scores[known(merge.substring(0, space) + merge.substring(space + 1), "model.merges[" + rank + "]")] = -rank;
        }
        return scores;
    }

    private boolean spacePrefix() {
        Object normalizer = root.get("normalizer");
        Map<String, Object> replace = Map.of("type", "Replace", "pattern", Map.of("String", " "), "content", SPACE);
        if (replace.equals(normalizer)) {
            return false;
        }
        Map<String, Object> prepend = Map.of("type", "Prepend", "prepend", SPACE);
        require(
                Map.of("type", "Sequence", "normalizers", List.of(prepend, replace))
                        .equals(normalizer),
                "normalizer",
                normalizer);
        return true;
    }

    /** Returns the pre-tokenizer's name in llama.cpp's converter. */
    private String preTokenizer() {
        Object normalizer = root.get("normalizer");
        Map<String, @Nullable Object> pre = object(root.get("pre_tokenizer"), "pre_tokenizer");
        if ("ByteLevel".equals(pre.get("type"))) {
            require(normalizer == null, "normalizer", normalizer);
            return "gpt-2";
        }
        List<?> parts = list(pre.get("pretokenizers"), "pre_tokenizer.pretokenizers");
        require(parts.size() == 2, "pre_tokenizer", pre);
        Map<String, @Nullable Object> first = object(parts.get(0), "pre_tokenizer.pretokenizers");
        Object pattern = first.get("pattern") instanceof Map<?, ?> map ? map.get("Regex") : null;
        if ("Digits".equals(first.get("type")) && normalizer == null) {
            return "smollm";
        }
        boolean ignoresMerges = Boolean.TRUE.equals(model.get("ignore_merges"));
        if (LLAMA_3.equals(pattern) && normalizer == null) {
            return ignoresMerges ? "llama-bpe" : "smaug-bpe";
        }
        if (TEKKEN.equals(pattern) && normalizer == null && ignoresMerges) {
            return "tekken";
        }
        if (GPT_4O.equals(pattern) && normalizer == null && !ignoresMerges) {
            return "gpt-4o";
        }
        if (QWEN_2.equals(pattern) || QWEN_3_5.equals(pattern)) {
            require(Map.of("type", "NFC").equals(normalizer), "normalizer", normalizer);
            return QWEN_2.equals(pattern) ? "qwen2" : "qwen35";
        }
        throw new GgufException(FILE + ": pre_tokenizer is " + pre + ", which is not supported");
    }

    /** Reads the BOS and EOS tokens that the post-processor adds. */
    private void specialTokens() {
        put("add_bos_token", false);
        put("add_eos_token", false);
        if (root.get("post_processor") instanceof Map<?, ?> processor) {
            List<?> processors = processor.get("processors") instanceof List<?> list ? list : List.of(processor);
            for (Object part : processors) {
                if (part instanceof Map<?, ?> map && map.get("single") instanceof List<?> single) {
                    template(single);
                }
            }
        }
    }

    private void template(List<?> single) {
        boolean before = true;
        for (Object part : single) {
            if (part instanceof Map<?, ?> map && map.get("SpecialToken") instanceof Map<?, ?> special) {
                long id = known(special.get("id"), "post_processor.single.SpecialToken.id");
                put(before ? "bos_token_id" : "eos_token_id", id);
                put(before ? "add_bos_token" : "add_eos_token", true);
            } else {
                before = false;
            }
        }
    }

    private void config(Map<String, @Nullable Object> config) {
        for (String name : new String[] {"bos", "eos"}) {
            Object token = config.get(name + "_token");
            if (token instanceof Map<?, ?> map) {
                token = map.get("content");
            }
            if (token != null) {
                put(name + "_token_id", (long) known(token, name + "_token of " + CONFIG));
            }
        }
        Object template = config.get("chat_template");
        if (template instanceof List<?> several) {
            for (Object one : several) {
                if (one instanceof Map<?, ?> map && "default".equals(map.get("name"))) {
                    template = map.get("template");
                }
            }
        }
        if (template instanceof String text) {
            values.put("tokenizer.chat_template", text);
        }
    }

    private int known(@Nullable Object token, String field) {
        Integer id = ids.get(token);
        if (id == null) {
            throw new GgufException(FILE + ": " + field + " is " + token + ", which is not among the tokens");
        }
        return id;
    }

    private void put(String key, Object value) {
        values.put("tokenizer.ggml." + key, value);
    }

    /** Returns a merge as "left right", the form of older files; newer files have ["left", "right"]. */
    private static String merge(@Nullable Object merge) {
        return merge instanceof List<?> pair && pair.size() == 2
                ? string(pair.get(0), "model.merges") + " " + string(pair.get(1), "model.merges")
                : string(merge, "model.merges");
    }

    private static boolean isByte(String token) {
        return token.length() == 6
                && token.startsWith("<0x")
                && token.endsWith(">")
                && Character.digit(token.charAt(3), 16) >= 0
                && Character.digit(token.charAt(4), 16) >= 0;
    }

    private static @Nullable Object parse(String text, String file) {
        try {
            return JsonReader.read(text);
        } catch (JsonException e) {
            throw new GgufException(file + ": " + e.getMessage());
        }
    }

    private static int id(@Nullable Object id, String field, String token) {
        if (id instanceof Long value && value >= 0 && value < Integer.MAX_VALUE) {
            return (int) (long) value;
        }
        throw new GgufException(FILE + ": the id of \"" + token + "\" in " + field + " is " + id);
    }

    private static String string(@Nullable Object value, String field) {
        if (value instanceof String text) {
            return text;
        }
        throw new GgufException(FILE + ": " + field + " should be a string but is " + value);
    }

    private static List<?> list(@Nullable Object value, String field) {
        if (value instanceof List<?> list) {
            return list;
        }
        throw new GgufException(FILE + ": " + field + " should be an array but is " + value);
    }

    @SuppressWarnings("unchecked") // JsonReader's objects have string keys
    private static Map<String, @Nullable Object> object(@Nullable Object value, String field) {
        if (value instanceof Map<?, ?> map) {
            return (Map<String, @Nullable Object>) map;
        }
        throw new GgufException(FILE + ": " + field + " should be an object but is " + value);
    }

    private static void require(boolean holds, String field, @Nullable Object value) {
        if (!holds) {
            throw new GgufException(FILE + ": " + field + " is " + value + ", which is not supported");
        }
    }
}
