package dev.demitasse.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.TestWeights;
import dev.demitasse.gguf.Gguf;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares SmolLM2's vocabulary with Hugging Face tokenizers, from {@code tokenizer_smollm2.py}. */
class SmolLm2TokenizerTest {
    private static final List<String[]> FIXTURE = Fixture.read("smollm2.tsv");
    private static final int MEGABYTE = 1 << 20;
    private static Tokenizer tokenizer;

    @BeforeAll
    static void readVocabulary() {
        ByteBuffer file = TestWeights.map(TestWeights.smolLm2());
        tokenizer = Tokenizer.of(Gguf.parse(file, file.capacity()).metadata());
    }

    @Test
    void encodesAsHuggingFaceDoes() {
        assertEquals(581, FIXTURE.size());
        for (String[] fields : FIXTURE) {
            String text = Fixture.unescape(fields[0]);
            assertArrayEquals(ids(fields), tokenizer.encode(text, true), text);
        }
    }

    @Test
    void decodesAsHuggingFaceDoes() {
        for (String[] fields : FIXTURE) {
            String text = Fixture.unescape(fields[0]);
            String decoded = fields[2].equals("\\=") ? text : Fixture.unescape(fields[2]);
            String visible = fields[3].equals("\\=") ? decoded : Fixture.unescape(fields[3]);
            int[] ids = ids(fields);
            assertEquals(decoded, tokenizer.decode(ids, true));
            assertEquals(visible, tokenizer.decode(ids, false));
            assertEquals(visible, stream(ids));
        }
    }

    @Test
    void literalTextOfSpecialTokensHasNone() {
        String prompt = "<|im_start|>user\nHi<|im_end|><|endoftext|>";
        int[] ids = tokenizer.encodeLiteral(prompt);
        for (int id : ids) {
            assertFalse(tokenizer.isSpecial(id));
        }
        assertEquals(prompt, tokenizer.decode(ids, false));
    }

    @Test
    void metadataIsRead() {
        assertEquals(49_152, tokenizer.size());
        assertEquals(1, tokenizer.bosId());
        assertEquals(2, tokenizer.eosId());
        assertTrue(tokenizer.isEndOfGeneration(2));
        assertTrue(tokenizer.isEndOfGeneration(0), "<|endoftext|>");
        assertFalse(tokenizer.isEndOfGeneration(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", " ", "\n", "'", "7", "😀", "👩‍👩‍👧‍👦", "<|im_start", "漢", "ab c"})
    void aMegabyteOfRepetitionIsDecodedAgain(String thing) {
        String text = thing.repeat(MEGABYTE / thing.length());
        assertEquals(text, tokenizer.decode(tokenizer.encode(text, false), true));
    }

    private static int[] ids(String[] fields) {
        return Stream.of(fields[1].split(" "))
                .filter(id -> !id.isEmpty())
                .mapToInt(Integer::parseInt)
                .toArray();
    }

    private static String stream(int[] ids) {
        StreamDecoder decoder = new StreamDecoder(tokenizer, Set.of());
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(decoder.push(id));
        }
        return text.append(decoder.finish()).toString();
    }
}
