package dev.demitasse.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares words with those of Hugging Face tokenizers, from {@code tokenizer_splits.py}. */
class PreTokenizerTest {
    private static final Map<String, PreTokenizer> BY_NAME = Map.of(
            "gpt-2", new Gpt2PreTokenizer(false),
            "smollm", new Gpt2PreTokenizer(true),
            "llama-bpe", new Llama3PreTokenizer(3),
            "qwen2", new Llama3PreTokenizer(1));

    @ParameterizedTest
    @ValueSource(strings = {"gpt-2", "smollm", "llama-bpe", "qwen2"})
    void splitsAsHuggingFaceDoes(String name) {
        int texts = 0;
        for (String[] fields : Fixture.read("splits.tsv")) {
            if (fields[0].equals(name)) {
                List<String> expected =
                        Stream.of(fields).skip(1).map(Fixture::unescape).toList();
                String text = String.join("", expected);
                assertEquals(expected, split(BY_NAME.get(name), text), text);
                texts++;
            }
        }
        assertEquals(559, texts);
    }

    @Test
    void wordsEndAtTheLimit() {
        // As before an added token: text after the limit must not make a difference.
        PreTokenizer gpt2 = BY_NAME.get("gpt-2");
        assertEquals(2, gpt2.end("  a", 0, 2));
        assertEquals(1, gpt2.end("'s", 0, 1));
        assertEquals(1, gpt2.end(" a", 0, 1));
        PreTokenizer llama = BY_NAME.get("llama-bpe");
        assertEquals(2, llama.end("  a", 0, 2));
        assertEquals(1, llama.end("'LL", 0, 1));
        assertEquals(2, llama.end("123", 0, 2));
        assertEquals(1, llama.end(".\n", 0, 1));
    }

    private static List<String> split(PreTokenizer preTokenizer, String text) {
        List<String> pieces = new ArrayList<>();
        for (int start = 0; start < text.length(); ) {
            int end = preTokenizer.end(text, start, text.length());
            pieces.add(text.substring(start, end));
            start = end;
        }
        return pieces;
    }
}
