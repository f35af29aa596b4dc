package dev.demitasse.e2e;

import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufBuilder;
import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.gguf.TensorType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A GGUF file of SmolLM3-3B's shape in Q4_0, 1.7 GB, that is not stored: its weights are the same random blocks repeated, and are made
 * when they are read.
 */
public final class FullShape implements UnrulyServer.Content {
    static final String NAME = "full-shape-Q4_0.gguf";

    static final int LAYERS = 36;
    private static final int WIDTH = 2048;
    private static final int HIDDEN = 11008;
    private static final int HEADS = 16;
    private static final int KV_HEADS = 4;
    private static final int HEAD = 128;
    private static final int VOCABULARY = 128256;
    private static final int BLOCK_BYTES = 18;
    /** 1/128 as a float16, so that activations stay finite. */
    private static final short SCALE = 0x2000;

    private final byte[] header;
    private final Gguf gguf;
    /** Random blocks of Q4_0. */
    private final byte[] blocks = new byte[BLOCK_BYTES << 16];
    /** The number 1 as float32, repeated. */
    private final byte[] ones = new byte[4 * WIDTH];

    public FullShape() {
        this(LAYERS);
    }

    public FullShape(int layers) {
        GgufBuilder builder = new GgufBuilder()
                .string("general.architecture", "smollm3")
                .string("general.name", "SmolLM3-3B's shape")
                .uint32("smollm3.context_length", 65536)
                .uint32("smollm3.embedding_length", WIDTH)
                .uint32("smollm3.block_count", layers)
                .uint32("smollm3.feed_forward_length", HIDDEN)
                .uint32("smollm3.attention.head_count", HEADS)
                .uint32("smollm3.attention.head_count_kv", KV_HEADS)
                .float32("smollm3.attention.layer_norm_rms_epsilon", 1e-6f)
                .float32("smollm3.rope.freq_base", 5_000_000)
                .string("tokenizer.ggml.model", "gpt2")
                .string("tokenizer.ggml.pre", "llama-bpe")
                .strings("tokenizer.ggml.tokens", tokens())
                .strings("tokenizer.ggml.merges")
                .uint32("tokenizer.ggml.eos_token_id", VOCABULARY - 1)
                .tensor("token_embd.weight", TensorType.Q4_0, WIDTH, VOCABULARY);
        for (int layer = 0; layer < layers; layer++) {
            String block = "blk." + layer + ".";
            builder.tensor(block + "attn_norm.weight", TensorType.F32, WIDTH)
                    .tensor(block + "attn_q.weight", TensorType.Q4_0, WIDTH, HEADS * HEAD)
                    .tensor(block + "attn_k.weight", TensorType.Q4_0, WIDTH, KV_HEADS * HEAD)
                    .tensor(block + "attn_v.weight", TensorType.Q4_0, WIDTH, KV_HEADS * HEAD)
                    .tensor(block + "attn_output.weight", TensorType.Q4_0, HEADS * HEAD, WIDTH)
                    .tensor(block + "ffn_norm.weight", TensorType.F32, WIDTH)
                    .tensor(block + "ffn_gate.weight", TensorType.Q4_0, WIDTH, HIDDEN)
                    .tensor(block + "ffn_up.weight", TensorType.Q4_0, WIDTH, HIDDEN)
                    .tensor(block + "ffn_down.weight", TensorType.Q4_0, HIDDEN, WIDTH);
        }
        header = builder.tensor("output_norm.weight", TensorType.F32, WIDTH).header();
        gguf = Gguf.parse(ByteBuffer.wrap(header), Gguf.UNKNOWN_LENGTH);
        new Random(1).nextBytes(blocks);
        ByteBuffer scales = ByteBuffer.wrap(blocks).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < blocks.length; at += BLOCK_BYTES) {
            scales.putShort(at, SCALE);
        }
        ByteBuffer values = ByteBuffer.wrap(ones).order(ByteOrder.LITTLE_ENDIAN);
        while (values.hasRemaining()) {
            values.putFloat(1);
        }
    }

    private static String[] tokens() {
        String[] tokens = new String[VOCABULARY];
        Arrays.setAll(tokens, i -> i >= '!' && i <= '~' ? Character.toString(i) : "token " + i);
        return tokens;
    }

    @Override
    public long length() {
        return gguf.requiredBytes();
    }

    @Override
    public void read(long position, byte[] target, int count) {
        int done = 0;
        while (done < count) {
            long at = position + done;
            if (at < header.length) {
                int part = (int) Math.min(count - done, header.length - at);
                System.arraycopy(header, (int) at, target, done, part);
                done += part;
            } else {
                done += readData(at - gguf.dataOffset(), target, done, count - done);
            }
        }
    }

    /** Reads bytes of one tensor, or of the padding between two. */
    private int readData(long position, byte[] target, int from, int count) {
        List<TensorInfo> tensors = gguf.tensors();
        int low = 0;
        for (int high = tensors.size(); high - low > 1; ) {
            int middle = (low + high) / 2;
            if (tensors.get(middle).offset() <= position) {
                low = middle;
            } else {
                high = middle;
            }
        }
        TensorInfo tensor = tensors.get(low);
        long offset = position - tensor.offset();
        if (offset >= tensor.bytes()) {
            target[from] = 0;
            return 1;
        }
        byte[] source = tensor.type() == TensorType.F32 ? ones : blocks;
        int start = (int) (offset % source.length);
        int part = (int) Math.min(Math.min(count, source.length - start), tensor.bytes() - offset);
        System.arraycopy(source, start, target, from, part);
        return part;
    }
}
