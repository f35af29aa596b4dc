package dev.demitasse.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.TestWeights;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.Metadata;
import dev.demitasse.huggingface.TokenizerJson;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares real vocabularies with Hugging Face tokenizers, from {@code tokenizer_vocabularies.py}. */
class VocabulariesTest {
    private static final int MEGABYTE = 1 << 20;
    private static final Map<String, Tokenizer> TOKENIZERS = new HashMap<>();

    private static Tokenizer tokenizer(String name) {
        return TOKENIZERS.computeIfAbsent(
                name,
                n -> Tokenizer.of(new Metadata(TokenizerJson.metadata(
                        TestWeights.tokenizer(n, "tokenizer.json"),
                        TestWeights.tokenizer(n, "tokenizer_config.json")))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama3", "qwen3", "gemma3", "llama2"})
    void equalsHuggingFaceBothWays(String name) {
        check(Fixture.read(name + ".tsv"), tokenizer(name));
    }

    /**
     * A GGUF file of Gemma has scores instead of merges. Its unused tokens are control tokens, and its tokens of several spaces are written with
     * spaces, so that they are not found in text that contains the sign for a space.
     */
    @Test
    void ggufEqualsHuggingFace() {
        ByteBuffer file = TestWeights.map(TestWeights.gemma3());
        List<String[]> fixture = Fixture.read("gemma3.tsv").stream()
                .filter(fields -> !fields[0].contains("<unused") && !fields[0].contains("▁▁"))
                .toList();
        check(fixture, Tokenizer.of(Gguf.parse(file, file.capacity()).metadata()));
    }

    private static void check(List<String[]> fixture, Tokenizer tokenizer) {
        assertTrue(fixture.size() > 500);
        for (String[] fields : fixture) {
            String text = Fixture.unescape(fields[0]);
            int[] ids = Stream.of(fields[1].split(" "))
                    .filter(id -> !id.isEmpty())
                    .mapToInt(Integer::parseInt)
                    .toArray();
            assertArrayEquals(ids, tokenizer.encode(text, true), fields[0]);
            String decoded = fields[2].equals("\\=") ? text : Fixture.unescape(fields[2]);
            String visible = fields[3].equals("\\=") ? decoded : Fixture.unescape(fields[3]);
            assertEquals(decoded, tokenizer.decode(ids, true), fields[0]);
            assertEquals(visible, tokenizer.decode(ids, false), fields[0]);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama3", "qwen3", "gemma3", "llama2"})
    void aMegabyteOfRepetitionIsDecodedAgain(String name) {
        for (String thing : new String[] {"a", " ", "\n", "😀", "a ", "\u0301", "漢", "<"}) {
            String text = thing.repeat(MEGABYTE / thing.length());
            assertEquals(text, tokenizer(name).decode(tokenizer(name).encode(text, false), true));
        }
    }
}
