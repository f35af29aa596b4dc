package dev.demitasse.huggingface;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.demitasse.gguf.GgufException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TokenizerJsonTest {
    private static final String REST = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String SLASH_REST = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String CASES = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private static final String LOWER =
            "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+";
    private static final String UPPER =
            "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*";

    /** Without {@code ignore_merges}, Llama 3's words are the same but always merged. */
    @Test
    void preTokenizersAreRecognizedByTheirPattern() {
        String llama = CASES + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}" + REST;
        assertEquals("llama-bpe", preTokenizer(llama, null, true));
        assertEquals("smaug-bpe", preTokenizer(llama, null, false));
        assertEquals("qwen2", preTokenizer(llama.replace("{1,3}", ""), "NFC", false));
        assertEquals(
                "qwen35",
                preTokenizer(
                        CASES + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*"
                                + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                        "NFC",
                        false));
        assertEquals(
                "gpt-4o",
                preTokenizer(LOWER + CASES + "?|" + UPPER + CASES + "?|\\p{N}{1,3}" + SLASH_REST, null, false));
        assertEquals("tekken", preTokenizer(LOWER + "|" + UPPER + "|\\p{N}" + SLASH_REST, null, true));
        GgufException e = assertThrows(GgufException.class, () -> preTokenizer("\\p{Han}+", null, false));
        assertTrue(e.getMessage().startsWith("tokenizer.json: pre_tokenizer is "), e.getMessage());
    }

    private static Object preTokenizer(String pattern, String normalizer, boolean ignoreMerges) {
        Map<String, Object> split =
                Map.of("type", "Split", "pattern", Map.of("Regex", pattern), "behavior", "Isolated");
        Map<String, Object> root = new HashMap<>();
        root.put("added_tokens", List.of());
        root.put("normalizer", normalizer == null ? null : Map.of("type", normalizer));
        root.put(
                "pre_tokenizer",
                Map.of("type", "Sequence", "pretokenizers", List.of(split, Map.of("type", "ByteLevel"))));
        root.put(
                "model",
                Map.of("type", "BPE", "vocab", Map.of("a", 0), "merges", List.of(), "ignore_merges", ignoreMerges));
        try {
            String text = new ObjectMapper().writeValueAsString(root);
            return TokenizerJson.metadata(text, null).get("tokenizer.ggml.pre");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
