package dev.demitasse.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares words with those of Hugging Face tokenizers, from {@code tokenizer_splits.py}. */
class PreTokenizerTest {
    @ParameterizedTest
    @ValueSource(strings = {"gpt-2", "smollm", "llama-bpe", "qwen2"})
    void splitsAsHuggingFaceDoes(String name) {
        int texts = 0;
        for (String[] fields : Fixture.read("splits.tsv")) {
            if (fields[0].equals(name)) {
                List<String> expected =
                        Stream.of(fields).skip(1).map(Fixture::unescape).toList();
                String text = String.join("", expected);
                assertEquals(expected, split(PreTokenizer.of(name), text), text);
                texts++;
            }
        }
        assertEquals(559, texts);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "qwen35",
                "ufakzeka",
                "gpt-4o",
                "tekken",
                "deepseek-v3",
                "deepseek-llm",
                "deepseek-coder",
                "seed-coder",
                "bailingmoe",
                "minicpm5",
                "bloom",
                "viking",
                "falcon",
                "default"
            })
    void splitsByMorePatternsAsHuggingFaceDoes(String name) {
        List<String> texts = texts();
        String[] fields = Fixture.read("more-splits.tsv").stream()
                .filter(line -> line[0].equals(name))
                .findFirst()
                .orElseThrow();
        assertEquals(559, fields.length - 1);
        for (int i = 0; i < texts.size(); i++) {
            StringBuilder lengths = new StringBuilder();
            for (String piece : split(PreTokenizer.of(name), texts.get(i))) {
                int length = piece.length();
                lengths.append(length < 35 ? Integer.toString(length, 36) : "z(" + length + ")");
            }
            assertEquals(fields[i + 1], lengths.toString(), texts.get(i));
        }
    }

    /** Returns the texts of all names. */
    private static List<String> texts() {
        return Fixture.read("splits.tsv").stream()
                .filter(fields -> fields[0].equals("gpt-2"))
                .map(fields -> Stream.of(fields).skip(1).map(Fixture::unescape).collect(Collectors.joining()))
                .toList();
    }

    @Test
    void namesWithTheSamePatternSplitAlike() {
        Map<String, List<String>> names = Map.of(
                "gpt-2", List.of("phi-2", "olmo", "exaone4", "mellum", "granite-docling"),
                "smollm", List.of("starcoder", "refact", "command-r", "exaone", "codeshell", "minerva-7b"),
                "llama-bpe",
                        List.of("falcon3", "falcon-h1", "lfm2", "smaug-bpe", "dbrx", "glm4", "chatglm-bpe", "pixtral"),
                "qwen2", List.of("deepseek-r1-qwen", "stablelm2", "hunyuan", "megrez", "kormo"),
                "gpt-4o", List.of("llama4", "kanana2"),
                "deepseek-v3", List.of("hunyuan-dense"),
                "bailingmoe", List.of("bailingmoe2", "llada-moe"),
                "bloom", List.of("poro-chat", "gpt3-finnish"));
        String text = String.join("\n", texts());
        names.forEach((first, others) -> {
            List<String> expected = split(PreTokenizer.of(first), text);
            others.forEach(name -> assertEquals(expected, split(PreTokenizer.of(name), text), name));
        });
        assertNull(PreTokenizer.of("kimi-k2"));
    }

    @Test
    void longWordsTakeNoDeepStackAndLinearTime() {
        for (String name : new String[] {"gpt-4o", "tekken", "deepseek-v3", "deepseek-llm", "default"}) {
            for (String character : new String[] {"A", "a", "漢", "e\u0301", " ", "\n", "1", "."}) {
                String text = character.repeat(100_000) + "漢 ";
                assertEquals(text, String.join("", split(PreTokenizer.of(name), text)));
            }
        }
    }

    @Test
    void wordsEndAtTheLimit() {
        // As before an added token: text after the limit must not make a difference.
        PreTokenizer gpt2 = PreTokenizer.of("gpt-2");
        assertEquals(2, firstEnd(gpt2, "  a", 2));
        assertEquals(1, firstEnd(gpt2, "'s", 1));
        assertEquals(1, firstEnd(gpt2, " a", 1));
        PreTokenizer llama = PreTokenizer.of("llama-bpe");
        assertEquals(2, firstEnd(llama, "  a", 2));
        assertEquals(1, firstEnd(llama, "'LL", 1));
        assertEquals(2, firstEnd(llama, "123", 2));
        assertEquals(1, firstEnd(llama, ".\n", 1));
    }

    /** Returns the end of the first word of a text up to {@code limit}. */
    private static int firstEnd(PreTokenizer preTokenizer, String text, int limit) {
        List<Integer> ends = new ArrayList<>();
        preTokenizer.split(text, 0, limit, (start, end) -> ends.add(end));
        return ends.get(0);
    }

    private static List<String> split(PreTokenizer preTokenizer, String text) {
        List<String> pieces = new ArrayList<>();
        preTokenizer.split(text, 0, text.length(), (start, end) -> pieces.add(text.substring(start, end)));
        return pieces;
    }
}
