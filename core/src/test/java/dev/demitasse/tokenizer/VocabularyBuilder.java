package dev.demitasse.tokenizer;

import dev.demitasse.gguf.Metadata;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Builds the metadata of a small byte-level vocabulary: tokens 0 to 255 are the bytes, others follow. */
final class VocabularyBuilder {
    private static final int NORMAL = 1;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;

    private final List<String> tokens = new ArrayList<>();
    private final List<Integer> types = new ArrayList<>();
    private final List<String> merges = new ArrayList<>();
    private final Map<String, Object> extra = new HashMap<>();

    VocabularyBuilder() {
        for (int b = 0; b < 256; b++) {
            add(String.valueOf(ByteAlphabet.character(b)), NORMAL);
        }
    }

    /** Adds an ordinary token, spelled in the byte alphabet. */
    VocabularyBuilder token(String token) {
        return add(token, NORMAL);
    }

    VocabularyBuilder control(String token) {
        return add(token, CONTROL);
    }

    VocabularyBuilder userDefined(String token) {
        return add(token, USER_DEFINED);
    }

    VocabularyBuilder merge(String merge) {
        merges.add(merge);
        return this;
    }

    /** Adds a merge with its resulting token. */
    VocabularyBuilder merge(String left, String right) {
        return token(left + right).merge(left + " " + right);
    }

    /** Sets metadata; null removes it. */
    VocabularyBuilder with(String key, Object value) {
        extra.put("tokenizer.ggml." + key, value);
        return this;
    }

    Metadata metadata() {
        Map<String, Object> values = new HashMap<>();
        values.put("tokenizer.ggml.model", "gpt2");
        values.put("tokenizer.ggml.pre", "gpt-2");
        values.put("tokenizer.ggml.tokens", tokens.toArray(new String[0]));
        values.put(
                "tokenizer.ggml.token_type",
                types.stream().mapToLong(Integer::longValue).toArray());
        values.put("tokenizer.ggml.merges", merges.toArray(new String[0]));
        values.putAll(extra);
        values.values().removeIf(Objects::isNull);
        return new Metadata(values);
    }

    Tokenizer build() {
        return Tokenizer.of(metadata());
    }

    private VocabularyBuilder add(String token, int type) {
        tokens.add(token);
        types.add(type);
        return this;
    }
}
