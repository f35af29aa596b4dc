package dev.demitasse.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.gguf.GgufException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests cases that SmolLM2's vocabulary does not cover, and invalid files, on vocabularies of the 256 bytes and a few tokens. */
class ByteLevelBpeTest {
    private static final int FIRST = 256;

    @Test
    void lowestRankMergesFirstAndOfEqualOnesTheLeftmost() {
        Tokenizer tokenizer = new VocabularyBuilder()
                .merge("b", "c")
                .merge("a", "b")
                .merge("a", "a")
                .build();
        assertIds(tokenizer.encode("abc", false), 'a', FIRST);
        assertIds(tokenizer.encode("ab", false), FIRST + 1);
        assertIds(tokenizer.encode("aaa", false), FIRST + 2, 'a');
    }

    @Test
    void mergesDoNotCrossWords() {
        Tokenizer tokenizer = new VocabularyBuilder().merge("a", ".").build();
        assertIds(tokenizer.encode("a.", false), 'a', '.');
    }

    @Test
    void wholeWordsComeBeforeMergesInLlama3() {
        VocabularyBuilder vocabulary = new VocabularyBuilder().merge("a", "b").token("abc");
        assertIds(vocabulary.build().encode("abc", false), FIRST, 'c');
        Tokenizer llama = vocabulary.with("pre", "llama-bpe").build();
        assertIds(llama.encode("abc abc", false), FIRST + 1, ' ', FIRST, 'c');
    }

    @Test
    void bosAndEosAreAddedWhereTheFileSaysSo() {
        VocabularyBuilder vocabulary = new VocabularyBuilder()
                .control("<s>")
                .control("</s>")
                .with("bos_token_id", 256L)
                .with("eos_token_id", 257L);
        Tokenizer neither = vocabulary.build();
        assertEquals(256, neither.bosId());
        assertEquals(257, neither.eosId());
        assertIds(neither.encode("a", true), 'a');
        assertIds(vocabulary.with("pre", "llama-bpe").build().encode("a", true), 256, 'a');
        assertIds(vocabulary.with("pre", "smaug-bpe").build().encode("a", true), 'a');
        vocabulary.with("add_eos_token", true).with("add_bos_token", true);
        assertIds(vocabulary.build().encode("a", true), 256, 'a', 257);
        assertIds(vocabulary.build().encode("a", false), 'a');
        assertIds(
                vocabulary
                        .with("pre", "llama-bpe")
                        .with("add_bos_token", false)
                        .build()
                        .encode("a", true),
                'a',
                257);
    }

    @Test
    void longestAddedTokenIsFoundAtTheEarliestPosition() {
        Tokenizer tokenizer = new VocabularyBuilder()
                .control("<a>")
                .control("<a><b>")
                .control("><c>")
                .build();
        assertIds(tokenizer.encode("<a><b>", false), 257);
        assertIds(tokenizer.encode("<a><c>", false), 256, '<', 'c', '>');
        assertIds(tokenizer.encode("<a<a>", false), '<', 'a', 256);
        assertIds(tokenizer.encode("><c>", false), 258);
    }

    @Test
    void literalTextHasUserDefinedTokensButNoSpecialOnes() {
        Tokenizer tokenizer =
                new VocabularyBuilder().control("<a>").userDefined("<b>").build();
        assertIds(tokenizer.encode("<a><b>", false), 256, 257);
        assertIds(tokenizer.encodeLiteral("<a><b>"), '<', 'a', '>', 257);
        assertTrue(tokenizer.isSpecial(256));
        assertFalse(tokenizer.isSpecial(257));
    }

    @Test
    void addedTokensAreTextAndOrdinaryOnesSpellBytes() {
        Tokenizer tokenizer = new VocabularyBuilder()
                .token("Ġé")
                .token("a b")
                .userDefined("  é")
                .token("")
                .token("")
                .build();
        assertArrayEquals(new byte[] {' ', (byte) 0xE9}, tokenizer.bytes(256));
        assertArrayEquals("a b".getBytes(StandardCharsets.UTF_8), tokenizer.bytes(257));
        assertArrayEquals("  é".getBytes(StandardCharsets.UTF_8), tokenizer.bytes(258));
        assertEquals(0, tokenizer.bytes(260).length);
        assertEquals(261, tokenizer.size());
        assertIds(tokenizer.encode("x  é", false), 'x', 258);
    }

    @Test
    void answersEndWithTheTokensNamedByIdOrByText() {
        Tokenizer tokenizer = new VocabularyBuilder()
                .control("<x>")
                .control("<y>")
                .control("<z>")
                .control("<|im_end|>")
                .token("<|end|>")
                .with("eos_token_id", 256L)
                .with("eot_token_id", 257L)
                .with("eom_token_id", 258L)
                .build();
        for (int id = 256; id <= 260; id++) {
            assertTrue(tokenizer.isEndOfGeneration(id));
        }
        assertFalse(tokenizer.isEndOfGeneration(0));
        assertFalse(tokenizer.isEndOfGeneration(Tokenizer.NONE));
    }

    @Test
    void idsOutsideTheVocabularyAreIgnored() {
        assertWarns(
                "tokenizer.ggml.bos_token_id is 256 but there are 256 tokens; it is ignored",
                v().with("bos_token_id", 256L));
        assertWarns(
                "tokenizer.ggml.eot_token_id is -1 but there are 256 tokens; it is ignored",
                v().with("eot_token_id", -1L));
        VocabularyBuilder added = v().with("bos_token_id", 256L).with("add_bos_token", true);
        assertIds(added.build().encode("a", true), 'a');
    }

    private static void assertWarns(String message, VocabularyBuilder vocabulary) {
        assertEquals(List.of(message), vocabulary.build().warnings());
    }

    @Test
    void endTokensAreSpecialWithoutTypes() {
        VocabularyBuilder vocabulary = v().token("<|im_end|>")
                .token("<my end>")
                .with("eos_token_id", 257L)
                .with("token_type", null);
        Tokenizer tokenizer = vocabulary.build();
        assertIds(tokenizer.encode("a<|im_end|><my end>", false), 'a', 256, 257);
        assertTrue(tokenizer.isSpecial(256) && tokenizer.isEndOfGeneration(256));
        assertTrue(tokenizer.isSpecial(257) && tokenizer.isEndOfGeneration(257));
    }

    @Test
    void loneSurrogateIsReadAsReplacementCharacter() {
        Tokenizer tokenizer = new VocabularyBuilder().build();
        assertEquals("a\uFFFDb", tokenizer.decode(tokenizer.encode("a\uD83Db", false), true));
        assertEquals("\uFFFD", tokenizer.decode(tokenizer.encode("\uDE00", false), true));
    }

    @Test
    void badFilesAreNamedByKeyAndIndex() {
        assertRejected("tokenizer.ggml.model is \"bert\", which is not supported", v().with("model", "bert"));
        assertRejected("tokenizer.ggml.pre is \"kimi-k2\", which is not supported", v().with("pre", "kimi-k2"));
        assertRejected("tokenizer.ggml.tokens[256] is \"a\" like [97]", v().token("a"));
        assertRejected(
                "tokenizer.ggml.token_type has 2 elements but tokenizer.ggml.tokens has 256",
                v().with("token_type", new long[2]));
        for (String merge : new String[] {"", "ab", " ab", "ab ", " ", "a b c", "a  b"}) {
            assertRejected(
                    "tokenizer.ggml.merges[1] is \"" + merge + "\", not two tokens with a space between",
                    v().merge("x", "y").merge(merge));
        }
        assertRejected(
                "tokenizer.ggml.merges[0] needs \"ab\", which is not among tokenizer.ggml.tokens", v().merge("a b"));
        assertRejected(
                "tokenizer.ggml.merges[0] needs \"cd\", which is not among tokenizer.ggml.tokens", v().merge("a cd"));
        assertRejected(
                "tokenizer.ggml.add_bos_token is true but tokenizer.ggml.bos_token_id is missing",
                v().with("add_bos_token", true));
        String longName = "x".repeat(1000);
        assertRejected(
                "tokenizer.ggml.pre is \"" + "x".repeat(40) + "…\" (1000 characters), which is not supported",
                v().with("pre", longName));
    }

    private static VocabularyBuilder v() {
        return new VocabularyBuilder();
    }

    private static void assertRejected(String message, VocabularyBuilder vocabulary) {
        assertEquals(
                message, assertThrows(GgufException.class, vocabulary::build).getMessage());
    }

    private static void assertIds(int[] actual, int... expected) {
        assertArrayEquals(expected, actual);
    }
}
