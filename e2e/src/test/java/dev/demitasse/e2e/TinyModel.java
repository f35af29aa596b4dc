package dev.demitasse.e2e;

import dev.demitasse.TestWeights;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufBuilder;
import dev.demitasse.gguf.Metadata;
import dev.demitasse.gguf.StringTable;
import dev.demitasse.gguf.TensorType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** A random model of one small layer with SmolLM2's vocabulary, which is fast and writes nonsense. */
final class TinyModel {
    private static final int WIDTH = 64;
    private static final int HIDDEN = 64;
    private static final int HEADS = 2;
    private static final float SPREAD = 0.3f;

    private TinyModel() {}

    /** Writes the model as a GGUF file. */
    static void write(Path file) throws IOException {
        write(layer(architecture("llama")), file);
    }

    /** Adds the tensors of a layer of Llama's. */
    private static GgufBuilder layer(GgufBuilder builder) {
        return builder.tensor("blk.0.attn_q.weight", TensorType.F32, WIDTH, WIDTH)
                .tensor("blk.0.attn_k.weight", TensorType.F32, WIDTH, WIDTH)
                .tensor("blk.0.attn_v.weight", TensorType.F32, WIDTH, WIDTH)
                .tensor("blk.0.ffn_gate.weight", TensorType.F32, WIDTH, HIDDEN)
                .tensor("blk.0.ffn_up.weight", TensorType.F32, WIDTH, HIDDEN);
    }

    /** Writes a model of 100 KB with a vocabulary of bytes, which loads in a moment. */
    static void writeSmall(Path file) throws IOException {
        List<String> tokens = byteTokens();
        int[] types = new int[tokens.size() + 4];
        Arrays.fill(types, 1);
        tokens.add("th");
        for (String control : List.of("<|im_start|>", "<|im_end|>", "<|endoftext|>")) {
            types[tokens.size()] = 3;
            tokens.add(control);
        }
        GgufBuilder builder = hyperparameters("llama")
                .string("tokenizer.ggml.model", "gpt2")
                .string("tokenizer.ggml.pre", "gpt-2")
                .strings("tokenizer.ggml.tokens", tokens.toArray(String[]::new))
                .ints("tokenizer.ggml.token_type", types)
                .strings("tokenizer.ggml.merges", "t h")
                .uint32("tokenizer.ggml.eos_token_id", tokens.size() - 1)
                .string("tokenizer.chat_template", """
                        {%- for message in messages %}<|im_start|>{{ message.role }}
                        {{ message.content }}<|im_end|>
                        {% endfor %}<|im_start|>assistant
                        """);
        write(layer(tensors(builder, tokens.size())), file);
    }

    /** Returns the characters by which GPT-2's vocabulary names the 256 bytes. */
    private static List<String> byteTokens() {
        List<String> tokens = new ArrayList<>();
        int replaced = 256;
        for (int value = 0; value < 256; value++) {
            boolean isItself = (value > ' ' && value <= '~') || (value > 0xa0 && value != 0xad);
            tokens.add(Character.toString(isItself ? value : replaced++));
        }
        return tokens;
    }

    /** Writes a model whose layer has a sliding window. */
    static void write(Path file, int window) throws IOException {
        GgufBuilder builder = architecture("phi3")
                .uint32("phi3.attention.sliding_window", window)
                .tensor("blk.0.attn_qkv.weight", TensorType.F32, WIDTH, 3 * WIDTH)
                .tensor("blk.0.ffn_up.weight", TensorType.F32, WIDTH, 2 * HIDDEN);
        write(builder, file);
    }

    /** Returns the metadata and the tensors that all architectures have. */
    private static GgufBuilder architecture(String name) throws IOException {
        ByteBuffer whole = TestWeights.map(TestWeights.smolLm2());
        Metadata metadata = Gguf.parse(whole, whole.capacity()).metadata();
        String[] tokens = strings(metadata, "tokenizer.ggml.tokens");
        return tensors(
                hyperparameters(name)
                        .string("tokenizer.ggml.model", "gpt2")
                        .string("tokenizer.ggml.pre", "smollm")
                        .strings("tokenizer.ggml.tokens", tokens)
                        .strings("tokenizer.ggml.merges", strings(metadata, "tokenizer.ggml.merges"))
                        .uint32("tokenizer.ggml.eos_token_id", metadata.integer("tokenizer.ggml.eos_token_id"))
                        .string("tokenizer.chat_template", metadata.string("tokenizer.chat_template")),
                tokens.length);
    }

    private static GgufBuilder hyperparameters(String name) {
        return new GgufBuilder()
                .string("general.architecture", name)
                .string("general.name", "Tiny")
                .uint32(name + ".context_length", 4096)
                .uint32(name + ".embedding_length", WIDTH)
                .uint32(name + ".block_count", 1)
                .uint32(name + ".feed_forward_length", HIDDEN)
                .uint32(name + ".attention.head_count", HEADS)
                .uint32(name + ".attention.head_count_kv", HEADS)
                .float32(name + ".attention.layer_norm_rms_epsilon", 1e-5f)
                .float32(name + ".rope.freq_base", 10_000);
    }

    private static GgufBuilder tensors(GgufBuilder builder, int vocabularySize) {
        return builder.tensor("token_embd.weight", TensorType.F32, WIDTH, vocabularySize)
                .tensor("blk.0.attn_norm.weight", TensorType.F32, WIDTH)
                .tensor("blk.0.attn_output.weight", TensorType.F32, WIDTH, WIDTH)
                .tensor("blk.0.ffn_norm.weight", TensorType.F32, WIDTH)
                .tensor("blk.0.ffn_down.weight", TensorType.F32, HIDDEN, WIDTH)
                .tensor("output_norm.weight", TensorType.F32, WIDTH);
    }

    private static String[] strings(Metadata metadata, String key) {
        StringTable table = metadata.strings(key);
        return IntStream.range(0, table.size()).mapToObj(table::get).toArray(String[]::new);
    }

    private static void write(GgufBuilder builder, Path file) throws IOException {
        byte[] bytes = builder.build();
        ByteBuffer data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int start = (int) Gguf.parse(ByteBuffer.wrap(bytes), bytes.length).dataOffset();
        Random random = new Random(1);
        for (int at = start; at + Float.BYTES <= bytes.length; at += Float.BYTES) {
            data.putFloat(at, SPREAD * (float) random.nextGaussian());
        }
        Files.write(file, bytes);
    }
}
