package dev.demitasse.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.OddModels;
import dev.demitasse.backend.Backend;
import dev.demitasse.backend.reference.ReferenceBackend;
import dev.demitasse.chat.AnswerFormat;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufBuilder;
import dev.demitasse.gguf.GgufException;
import dev.demitasse.gguf.Metadata;
import dev.demitasse.gguf.StringTable;
import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.gguf.TensorType;
import dev.demitasse.sampling.SamplingOptions;
import dev.demitasse.tokenizer.TinyVocabulary;
import dev.demitasse.tokenizer.Tokenizer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares files with odd metadata with llama.cpp; see {@link OddModels}. */
class OddModelsTest {
    private static final Backend.Factory REFERENCE = (plan, context) -> new ReferenceBackend(plan, context, 64);

    @ParameterizedTest
    @MethodSource("dev.demitasse.OddModels#greedy")
    void greedyIdsEqualThoseOfLlamaCpp(OddModels.Case model) {
        OddModels.checkGreedy(model, REFERENCE);
    }

    @Test
    void endTokensAreFoundByTextWhateverTheirType() {
        for (int type : new int[] {TinyVocabulary.NORMAL, TinyVocabulary.USER_DEFINED, TinyVocabulary.UNUSED}) {
            Tokenizer tokenizer = tokenizer(OddModels.file(
                    "llama", f -> TinyVocabulary.byteLevel(f, type).uint32("tokenizer.ggml.eos_token_id", 280)));
            assertEnds(tokenizer, 280, 282, 283);
            assertArrayEquals(new int[] {97, 282, 98}, tokenizer.encode("a<|im_end|>b", false));
            assertEquals("hi", tokenizer.decode(new int[] {104, 282, 105}, false));
            assertArrayEquals(new int[] {274, 260, 270, 267, 108, 100}, tokenizer.encode("hello the world", true));
        }
    }

    @Test
    void allKnownEndTextsEndAnAnswer() {
        List<String> special = List.of(
                "</s>",
                "<EOT>",
                "_<EOT>",
                "[EOT]",
                "[EOS]",
                "<|end_of_text|>",
                "<|end_of_turn|>",
                "<end_of_utterance>",
                "<|return|>",
                "<|call|>",
                "<|calls|>",
                "<|flush|>",
                "<|eot|>",
                "<|fim_pad|>",
                "<|repo_name|>",
                "<|file_sep|>",
                "<｜end▁of▁sentence｜>",
                "<|eom_id|>",
                "<eos>",
                "<|end|>",
                "<turn|>",
                "<|im_sep|>",
                "<eot>",
                "<|END_OF_TURN_TOKEN|>",
                "<|endofprompt|>",
                "<|im_start|>",
                "<|im_end|>");
        Tokenizer tokenizer = tokenizer(OddModels.file(
                "llama", f -> TinyVocabulary.byteLevel(f, special).uint32("tokenizer.ggml.eos_token_id", 287)));
        assertEnds(
                tokenizer, 261, 262, 263, 264, 265, 266, 268, 269, 270, 271, 272, 274, 275, 276, 277, 278, 279, 280,
                281, 287);
    }

    @Test
    void everyEndTokenOfTheMetadataEndsAnAnswer() {
        assertEnds(
                tokenizer(OddModels.llama(f -> f.ints("tokenizer.ggml.eos_token_ids", 5, 6, 999))),
                5,
                6,
                280,
                282,
                283);
        Tokenizer listed = tokenizer(
                OddModels.file("llama", f -> TinyVocabulary.byteLevel(f).ints("tokenizer.ggml.eos_token_id", 7, 8)));
        assertEquals(7, listed.eosId());
        assertEnds(listed, 7, 8, 280, 282, 283);
    }

    @Test
    void theEndOfBothAModelAndItsFineTuneEndsAnAnswer() {
        ByteBuffer file = OddModels.file(
                "llama", f -> OddModels.sentencePiece(f, List.of("<|im_start|>", "<|im_end|>"), OddModels.PIECES)
                        .uint32("tokenizer.ggml.eos_token_id", 260));
        assertEnds(tokenizer(file), 2, 260);
        Context context = OddModels.load(file, REFERENCE);
        Event.Finished end = answer(context, 2, List.of());
        assertEquals(FinishReason.STOP, end.reason());
        assertEquals(1, end.usage().completionTokens());
    }

    @Test
    void aStopTextMayBeASpecialToken() {
        Context context = OddModels.load(OddModels.llama(f -> f), REFERENCE);
        assertEquals(FinishReason.LENGTH, answer(context, 281, List.of()).reason());
        Event.Finished end = answer(context, 281, List.of("x", "<|im_start|>"));
        assertEquals(FinishReason.STOP, end.reason());
        assertEquals("", end.text());
        assertEquals(1, end.usage().completionTokens());
    }

    /** Returns the end of an answer of at most 6 tokens, all of which are {@code forced}. */
    private static Event.Finished answer(Context context, int forced, List<String> stop) {
        SamplingOptions sampling = new SamplingOptions(0, 0, 1, 0, 1, 0, 0, Map.of(forced, 100f), 0);
        Generation answer =
                context.generate(new int[] {1, 276}, new GenerationOptions(sampling, 6, stop, AnswerFormat.PLAIN));
        while (true) {
            if (answer.next() instanceof Event.Finished finished) {
                return finished;
            }
        }
    }

    @Test
    void sentencePieceHasDefaultIds() {
        Tokenizer tokenizer =
                tokenizer(OddModels.file("llama", f -> OddModels.sentencePiece(f, List.of(), OddModels.PIECES)));
        assertEquals(1, tokenizer.bosId());
        assertEquals(2, tokenizer.eosId());
        assertEnds(tokenizer, 2);
        assertArrayEquals(new int[] {1, 271, 273, 284}, tokenizer.encode("hello the world", true));
    }

    @Test
    void sentencePieceWithoutTypesHasBytesAndEnds() {
        ByteBuffer file = OddModels.file("llama", f -> OddModels.sentencePiece(f, List.of(), OddModels.PIECES));
        Metadata typed = Gguf.parse(file, file.capacity()).metadata();
        StringTable table = typed.strings("tokenizer.ggml.tokens");
        String[] tokens = new String[table.size()];
        Arrays.setAll(tokens, table::get);
        Tokenizer tokenizer = Tokenizer.of(new Metadata(Map.of(
                "tokenizer.ggml.model",
                "llama",
                "tokenizer.ggml.tokens",
                tokens,
                "tokenizer.ggml.scores",
                typed.reals("tokenizer.ggml.scores"))));
        assertEnds(tokenizer, 2);
        assertArrayEquals(new int[] {1, 271, 3 + 0xC3, 3 + 0xA9, 2}, tokenizer.encode("helloé</s>", true));
        assertEquals("é", tokenizer.decode(new int[] {1, 3 + 0xC3, 3 + 0xA9, 2}, false));
    }

    @Test
    void idsOutsideTheVocabularyAreIgnoredWithAWarning() {
        Tokenizer bos = tokenizer(OddModels.llama(f -> f.uint32("tokenizer.ggml.bos_token_id", -1)));
        assertEquals(Tokenizer.NONE, bos.bosId());
        assertEquals(
                List.of("tokenizer.ggml.bos_token_id is 4294967295 but there are 288 tokens; it is ignored"),
                bos.warnings());
        assertArrayEquals(new int[] {274, 260, 270, 267, 108, 100}, bos.encode("hello the world", true));
        assertEnds(bos, 280, 282, 283);
        Tokenizer eos = tokenizer(OddModels.file(
                "llama", f -> TinyVocabulary.byteLevel(f).uint32("tokenizer.ggml.eos_token_id", 32_000)));
        assertEquals(Tokenizer.NONE, eos.eosId());
        assertEnds(eos, 280, 282, 283);
        assertEquals(List.of(), tokenizer(OddModels.llama(f -> f)).warnings());
    }

    @Test
    void vocabularyAndEmbeddingRowsMustBeEqual() {
        assertFails(
                "tokenizer.ggml.tokens has 284 tokens but token_embd.weight has 288 rows; the numbers must be equal",
                OddModels.file("llama", f -> shortVocabulary(f)));
    }

    private static GgufBuilder shortVocabulary(GgufBuilder file) {
        String[] tokens = new String[284];
        Arrays.setAll(tokens, id -> "t" + id);
        return file.string("tokenizer.ggml.model", "gpt2")
                .strings("tokenizer.ggml.tokens", tokens)
                .strings("tokenizer.ggml.merges");
    }

    @Test
    void weightsThatAreNotFiniteAreFoundAtLoad() {
        for (String name :
                List.of("token_embd.weight", "blk.0.attn_norm.weight", "blk.3.ffn_down.weight", "output.weight")) {
            ByteBuffer file = OddModels.llama(f -> f);
            Gguf gguf = Gguf.parse(file, file.capacity());
            TensorInfo tensor = gguf.tensorsByName().get(name);
            int last = (int) (gguf.dataOffset() + tensor.offset() + tensor.bytes() - Float.BYTES);
            file.order(ByteOrder.LITTLE_ENDIAN).putFloat(last, Float.NaN);
            assertFails("tensor " + name + " has a weight that is not a finite number", file);
        }
    }

    /** Compares the first elements with llama.cpp's, whose keys and values are float16, in batches of any size. */
    @ParameterizedTest
    @CsvSource({
        "1, '0.09917 -0.00955 -0.25636 0.2097 -0.17562 -0.24084'",
        "2, '0.11582 -0.04054 -0.17079 0.09796 -0.15179 -0.29453'",
        "3, '0.01676 0.1549 -0.29577 0.20605 0.09907 -0.1892'"
    })
    void embeddingsArePooledAsTheFileSays(int type, String expected) {
        ByteBuffer file = OddModels.llama(f -> f.uint32("llama.pooling_type", type));
        String[] elements = expected.split(" ");
        for (int batch : new int[] {1, 2, 3, 64}) {
            float[] vector = embed(file, batch);
            assertEquals(1, length(vector), 1e-6);
            for (int i = 0; i < elements.length; i++) {
                assertEquals(Float.parseFloat(elements[i]), vector[i], 5e-4f);
            }
        }
    }

    @Test
    void embeddingsOfChatModelsAreMeans() {
        float[] mean = embed(OddModels.llama(f -> f.uint32("llama.pooling_type", 1)), 64);
        float[] plain = embed(OddModels.llama(f -> f), 64);
        assertEquals(4.53739, length(plain), 2e-3);
        for (int i = 0; i < mean.length; i++) {
            assertEquals(mean[i], plain[i] / length(plain), 1e-6);
        }
    }

    @Test
    void modelsWithoutEmbeddingsSaySo() {
        for (int type : new int[] {0, 4}) {
            ByteBuffer file = OddModels.llama(f -> f.uint32("llama.pooling_type", type));
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> embed(file, 64));
            String why = type == 0 ? "none" : "rank, which gives scores";
            assertEquals("the model has no embeddings of texts: its pooling_type is " + why, e.getMessage());
        }
        assertFails("llama.pooling_type is 7", OddModels.llama(f -> f.uint32("llama.pooling_type", 7)));
    }

    private static float[] embed(ByteBuffer file, int batch) {
        Context context = OddModels.load(file, (plan, length) -> new ReferenceBackend(plan, length, batch));
        Embedding embedding = context.embed(new int[] {5, 60, 70, 9, 10});
        while (!embedding.isFinished()) {
            embedding.next();
        }
        return embedding.vector();
    }

    private static double length(float[] vector) {
        double squares = 0;
        for (float element : vector) {
            squares += element * element;
        }
        return Math.sqrt(squares);
    }

    @Test
    void unknownKeysOfRopeAreNamed() {
        for (String key : List.of("scaling.alpha", "scaling.yarn_ext_factor", "dimension_sections", "freq_base_swa")) {
            assertFails(
                    "llama.rope." + key + " is set, which is not supported",
                    OddModels.llama(f -> f.uint32("llama.rope." + key, 1)));
        }
    }

    @Test
    void unsupportedTensorTypesAreNamed() {
        assertFails(
                "tensor output.weight has type 16 (IQ2_XXS), which is not a supported quantization type",
                ByteBuffer.wrap(withType(16)));
    }

    private static byte[] withType(int type) {
        byte[] file =
                new GgufBuilder().tensor("output.weight", TensorType.F32, 256).build();
        // the type follows the name, the number of dimensions and the only dimension
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(24 + 8 + "output.weight".length() + 4 + 8, type);
        return file;
    }

    private static void assertFails(String message, ByteBuffer file) {
        GgufException e = assertThrows(GgufException.class, () -> OddModels.load(file, REFERENCE));
        assertTrue(e.getMessage().startsWith(message), e.getMessage());
    }

    private static Tokenizer tokenizer(ByteBuffer file) {
        return OddModels.load(file, REFERENCE).model().tokenizer();
    }

    private static void assertEnds(Tokenizer tokenizer, int... ids) {
        int[] ends = tokenizer.endOfGeneration();
        Arrays.sort(ends);
        assertArrayEquals(ids, ends);
    }
}
