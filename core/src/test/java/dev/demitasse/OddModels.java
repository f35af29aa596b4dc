package dev.demitasse;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.demitasse.backend.Backend;
import dev.demitasse.backend.Batch;
import dev.demitasse.backend.Outputs;
import dev.demitasse.backend.Pass;
import dev.demitasse.engine.Context;
import dev.demitasse.engine.GgufLoader;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufBuilder;
import dev.demitasse.gguf.Metadata;
import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.gguf.TensorType;
import dev.demitasse.tokenizer.TinyVocabulary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Variants of the tiny models: files with one oddity of metadata, as other people's files have them. Expected ids are those of llama.cpp
 * (node-llama-cpp 3.21.1, CPU, temperature 0).
 */
public final class OddModels {
    /** The pieces of a SentencePiece vocabulary, which make words of "hello the world". */
    public static final List<String> PIECES = List.of(
            "▁", "e", "t", "h", "l", "o", "a", "n", "he", "ll", "llo", "hello", "▁hello", "▁t", "▁the", "an", "▁a", "w",
            "r", "d", "or", "wor", "ld", "worl", "world", "▁world");

    /** The number of tokens that a backend takes in one batch. */
    static final int BATCH = 64;

    private static final int HIDDEN_SIZE = 32;
    private static final int INTERMEDIATE_SIZE = 48;
    private static final int KV_WIDTH = 16;

    private static final int[] PROMPT = {1, 2, 3, 4, 5, 60, 70, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21};
    private static final int[] UNSCALED = {181, 162, 188, 77, 29, 152, 163, 64, 214, 163};
    private static final int[] LINEAR = {18, 18, 182, 51, 18, 18, 117, 268, 222, 183};
    private static final int[] LINEAR_STRONG = {242, 171, 171, 171, 6, 167, 183, 201, 134, 27};
    private static final int[] YARN = {181, 253, 0, 94, 193, 89, 162, 170, 268, 10};

    /**
     * A model and its greedy continuation of a prompt of 20 tokens.
     *
     * @param name says what is odd
     */
    public record Case(String name, ByteBuffer file, int... ids) {
        @Override
        public String toString() {
            return name;
        }
    }

    private OddModels() {}

    /** Returns models whose metadata or biases change the logits. */
    public static List<Case> greedy() {
        String scaling = "llama.rope.scaling.";
        return List.of(
                new Case("no scaling", llama(f -> f), UNSCALED),
                new Case("a factor without a type", llama(f -> f.float32(scaling + "factor", 4)), LINEAR),
                new Case("legacy scale_linear", llama(f -> f.float32("llama.rope.scale_linear", 4)), LINEAR),
                new Case("a factor of 0", llama(f -> f.float32(scaling + "factor", 0)), UNSCALED),
                new Case(
                        "type none with a factor",
                        llama(f -> f.string(scaling + "type", "none").float32(scaling + "factor", 4)),
                        UNSCALED),
                new Case(
                        "linear with attn_factor",
                        llama(f -> f.string(scaling + "type", "linear")
                                .float32(scaling + "factor", 4)
                                .float32(scaling + "attn_factor", 2)),
                        LINEAR_STRONG),
                new Case(
                        "attn_factor alone",
                        llama(f -> f.float32(scaling + "attn_factor", 2)),
                        212,
                        237,
                        105,
                        134,
                        232,
                        2,
                        212,
                        109,
                        41,
                        162),
                new Case(
                        "YaRN with attn_factor",
                        llama(f -> f.string(scaling + "type", "yarn")
                                .float32(scaling + "factor", 4)
                                .uint32(scaling + "original_context_length", 64)
                                .float32(scaling + "attn_factor", 2)),
                        225,
                        51,
                        105,
                        181,
                        261,
                        237,
                        268,
                        39,
                        7,
                        261),
                new Case(
                        "YaRN without the trained context",
                        llama(f -> f.string(scaling + "type", "yarn").float32(scaling + "factor", 4)),
                        YARN),
                new Case(
                        "biases of attention",
                        llama(OddModels::attentionBiases),
                        98,
                        39,
                        77,
                        89,
                        8,
                        1,
                        128,
                        128,
                        138,
                        94),
                new Case(
                        "biases of the feed-forward network",
                        llama(OddModels::feedForwardBiases),
                        171,
                        18,
                        18,
                        18,
                        167,
                        109,
                        228,
                        0,
                        100,
                        117),
                new Case(
                        "all biases",
                        llama(f -> feedForwardBiases(attentionBiases(f))),
                        98,
                        134,
                        61,
                        136,
                        195,
                        268,
                        195,
                        270,
                        151,
                        39),
                new Case(
                        "a sliding window of 0",
                        file("phi3", f -> sentencePiece(f, List.of(), PIECES)
                                .uint32("phi3.attention.sliding_window", 0)),
                        58,
                        211,
                        236,
                        8,
                        104,
                        164,
                        92,
                        184,
                        287,
                        162),
                new Case("a BOS of -1", llama(f -> f.uint32("tokenizer.ggml.bos_token_id", -1)), UNSCALED),
                new Case(
                        "an EOS outside the vocabulary",
                        file("llama", f -> TinyVocabulary.byteLevel(f).uint32("tokenizer.ggml.eos_token_id", 32_000)),
                        UNSCALED),
                new Case(
                        "SentencePiece without BOS and EOS",
                        file("llama", f -> sentencePiece(f, List.of(), PIECES)),
                        UNSCALED));
    }

    /** Checks the greedy continuation of a case. */
    public static void checkGreedy(Case model, Backend.Factory backends) {
        Backend backend = load(model.file(), backends).backend();
        int[] tokens = PROMPT;
        int position = 0;
        int[] ids = new int[model.ids().length];
        for (int step = 0; step < ids.length; step++) {
            Pass pass = backend.forward(new Batch(tokens, 0, tokens.length, position), Outputs.LOGITS);
            position += tokens.length;
            float[] logits = pass.logits(0);
            for (int id = 1; id < logits.length; id++) {
                ids[step] = logits[id] > logits[ids[step]] ? id : ids[step];
            }
            tokens = new int[] {ids[step]};
        }
        assertArrayEquals(model.ids(), ids);
    }

    /** Loads a file into a context of 128 positions. */
    public static Context load(ByteBuffer file, Backend.Factory backends) {
        GgufLoader loader = new GgufLoader(file.capacity(), 128, backends);
        loader.accept(file.duplicate());
        return loader.finish();
    }

    /** Writes a SentencePiece vocabulary whose unknown token is 0. */
    public static GgufBuilder sentencePiece(GgufBuilder file, List<String> control, List<String> pieces) {
        return TinyVocabulary.sentencePiece(file, control, pieces).uint32("tokenizer.ggml.unknown_token_id", 0);
    }

    /**
     * Returns the tiny llama with a byte-level vocabulary.
     *
     * @param oddity appends metadata or tensors
     */
    public static ByteBuffer llama(UnaryOperator<GgufBuilder> oddity) {
        return file(
                "llama",
                file -> oddity.apply(TinyVocabulary.byteLevel(file).uint32("tokenizer.ggml.eos_token_id", 282)));
    }

    /**
     * Returns a tiny model with other metadata.
     *
     * @param base name of the tiny model
     * @param vocabulary appends the metadata of the tokenizer, and other metadata or tensors
     */
    public static ByteBuffer file(String base, UnaryOperator<GgufBuilder> vocabulary) {
        ByteBuffer source = BackendLoader.tinyModel(base);
        Gguf gguf = Gguf.parse(source, source.capacity());
        GgufBuilder file = vocabulary.apply(new GgufBuilder());
        for (String key : gguf.metadata().keys()) {
            if (!file.has(key)) {
                copy(gguf.metadata(), key, file);
            }
        }
        for (TensorInfo tensor : gguf.tensors()) {
            byte[] content = new byte[(int) tensor.bytes()];
            source.get((int) (gguf.dataOffset() + tensor.offset()), content);
            int[] shape = tensor.shape().stream().mapToInt(size -> size).toArray();
            file.tensor(tensor.name(), tensor.type(), content, shape);
        }
        return ByteBuffer.wrap(file.build());
    }

    private static void copy(Metadata metadata, String key, GgufBuilder file) {
        if (key.equals("general.architecture") || key.endsWith(".type")) {
            file.string(key, metadata.string(key));
        } else if (key.endsWith("epsilon") || key.endsWith("freq_base") || key.endsWith("factor")) {
            file.float32(key, metadata.real(key));
        } else {
            file.uint32(key, metadata.integer(key));
        }
    }

    /** Appends biases of the feed-forward network. */
    private static GgufBuilder feedForwardBiases(GgufBuilder file) {
        for (int layer = 0; layer < 4; layer++) {
            for (String matrix : List.of("ffn_gate", "ffn_up", "ffn_down")) {
                int width = matrix.equals("ffn_down") ? HIDDEN_SIZE : INTERMEDIATE_SIZE;
                ByteBuffer bias = ByteBuffer.allocate(Float.BYTES * width).order(ByteOrder.LITTLE_ENDIAN);
                for (int i = 0; i < width; i++) {
                    bias.putFloat(((i * 7919 + layer * 104_729 + matrix.length() * 31) % 1000 - 500) / 1000f);
                }
                file.tensor("blk." + layer + "." + matrix + ".bias", TensorType.F32, bias.array(), width);
            }
        }
        return file;
    }

    /** Appends random biases of q, k, v and the output of attention. */
    private static GgufBuilder attentionBiases(GgufBuilder file) {
        byte[] biases;
        try (var in = OddModels.class.getResourceAsStream("/odd/llama-attention-bias.f32")) {
            biases = in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ByteBuffer rest = ByteBuffer.wrap(biases);
        for (int layer = 0; layer < 4; layer++) {
            for (String matrix : List.of("attn_q", "attn_k", "attn_v", "attn_output")) {
                int width = matrix.equals("attn_k") || matrix.equals("attn_v") ? KV_WIDTH : HIDDEN_SIZE;
                byte[] bias = new byte[Float.BYTES * width];
                rest.get(bias);
                file.tensor("blk." + layer + "." + matrix + ".bias", TensorType.F32, bias, width);
            }
        }
        return file;
    }
}
