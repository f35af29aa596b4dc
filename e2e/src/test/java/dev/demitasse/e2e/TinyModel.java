package dev.demitasse.e2e;

import dev.demitasse.TestWeights;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufBuilder;
import dev.demitasse.gguf.Metadata;
import dev.demitasse.gguf.TensorType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** A random model of one small layer with SmolLM2's vocabulary: it writes nonsense, and fast. */
final class TinyModel {
    private static final int WIDTH = 64;
    private static final int HIDDEN = 64;
    private static final int HEADS = 2;
    private static final float SPREAD = 0.3f;

    private TinyModel() {}

    /** Writes the model as a GGUF file. */
    static void write(Path file) throws IOException {
        ByteBuffer whole = TestWeights.map(TestWeights.smolLm2());
        Metadata metadata = Gguf.parse(whole, whole.capacity()).metadata();
        String[] tokens = metadata.strings("tokenizer.ggml.tokens");
        byte[] bytes = new GgufBuilder()
                .string("general.architecture", "llama")
                .string("general.name", "Tiny")
                .uint32("llama.context_length", 2048)
                .uint32("llama.embedding_length", WIDTH)
                .uint32("llama.block_count", 1)
                .uint32("llama.feed_forward_length", HIDDEN)
                .uint32("llama.attention.head_count", HEADS)
                .uint32("llama.attention.head_count_kv", HEADS)
                .float32("llama.attention.layer_norm_rms_epsilon", 1e-5f)
                .float32("llama.rope.freq_base", 10_000)
                .string("tokenizer.ggml.model", "gpt2")
                .string("tokenizer.ggml.pre", "smollm")
                .strings("tokenizer.ggml.tokens", tokens)
                .strings("tokenizer.ggml.merges", metadata.strings("tokenizer.ggml.merges"))
                .uint32("tokenizer.ggml.eos_token_id", metadata.integer("tokenizer.ggml.eos_token_id"))
                .string("tokenizer.chat_template", metadata.string("tokenizer.chat_template"))
                .tensor("token_embd.weight", TensorType.F32, WIDTH, tokens.length)
                .tensor("blk.0.attn_norm.weight", TensorType.F32, WIDTH)
                .tensor("blk.0.attn_q.weight", TensorType.F32, WIDTH, WIDTH)
                .tensor("blk.0.attn_k.weight", TensorType.F32, WIDTH, WIDTH)
                .tensor("blk.0.attn_v.weight", TensorType.F32, WIDTH, WIDTH)
                .tensor("blk.0.attn_output.weight", TensorType.F32, WIDTH, WIDTH)
                .tensor("blk.0.ffn_norm.weight", TensorType.F32, WIDTH)
                .tensor("blk.0.ffn_gate.weight", TensorType.F32, WIDTH, HIDDEN)
                .tensor("blk.0.ffn_up.weight", TensorType.F32, WIDTH, HIDDEN)
                .tensor("blk.0.ffn_down.weight", TensorType.F32, HIDDEN, WIDTH)
                .tensor("output_norm.weight", TensorType.F32, WIDTH)
                .build();
        ByteBuffer data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int start = (int) Gguf.parse(ByteBuffer.wrap(bytes), bytes.length).dataOffset();
        Random random = new Random(1);
        for (int at = start; at + Float.BYTES <= bytes.length; at += Float.BYTES) {
            data.putFloat(at, SPREAD * (float) random.nextGaussian());
        }
        Files.write(file, bytes);
    }
}
