package dev.demitasse.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufBuilder;
import dev.demitasse.gguf.GgufException;
import dev.demitasse.gguf.TensorType;
import dev.demitasse.plan.Op;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Valid headers give a model; missing, unknown and malformed keys and tensors give an error that names them. */
class ModelInfoTest {
    @Test
    void aValidHeaderGivesAPlan() {
        ModelInfo model = parse(tensors(metadata("llama")));
        assertEquals("llama", model.architecture());
        assertEquals(100, model.contextLength());
        assertEquals(50, model.plan().vocabularySize());
        Op.Attention layer = model.plan().attention().get(0);
        assertEquals(16, layer.kvHeads() * layer.headSize());
    }

    @Test
    void errorsNameTheProblem() {
        assertFails("general.architecture is \"mamba\"", tensors(metadata("mamba")));
        assertFails("missing metadata key general.architecture", new GgufBuilder());
        assertFails(
                "missing metadata key llama.embedding_length",
                new GgufBuilder().string("general.architecture", "llama").uint32("llama.context_length", 100));
        assertFails("missing tensor token_embd.weight", metadata("llama"));
        assertFails(
                "tensor extra.weight is not one", tensors(metadata("llama")).tensor("extra.weight", TensorType.F32, 4));
        assertFails(
                "llama.rope.scaling.type is \"su\"",
                tensors(metadata("llama").string("llama.rope.scaling.type", "su")));
        assertFails(
                "llama.rope.dimension_count is 9", tensors(metadata("llama").uint32("llama.rope.dimension_count", 9)));
        assertFails(
                "tensor token_embd.weight has shape [32, 50]; expected [64, 50]",
                metadata("llama").tensor("token_embd.weight", TensorType.F32, 32, 50));
    }

    @Test
    void hostileHyperparametersAreRejected() {
        assertFails("llama.block_count is 0", hyperparameter("block_count", 0));
        assertFails("llama.attention.head_count (7) does not divide", hyperparameter("attention.head_count", 7));
        assertFails("llama.attention.head_count_kv (3) does not divide", hyperparameter("attention.head_count_kv", 3));
        assertFails("is 4294967295, which is out of range", hyperparameter("feed_forward_length", -1));
        assertFails(
                "llama.attention.key_length is 536870914; 8 heads of it are too many elements",
                tensors(metadata("llama").uint32("llama.attention.key_length", (1 << 29) + 2)));
        assertFails(
                "llama.attention.key_length is 65538; at most 65536 is supported",
                tensors(metadata("llama").uint32("llama.attention.key_length", 65_538)));
        assertFails("missing tensor blk.1.attn_norm.weight", hyperparameter("block_count", Integer.MAX_VALUE));
    }

    private static GgufBuilder hyperparameter(String name, int value) {
        GgufBuilder builder = new GgufBuilder()
                .string("general.architecture", "llama")
                .float32("llama.attention.layer_norm_rms_epsilon", 1e-5f)
                .uint32("llama.context_length", 100);
        integer(builder, "block_count", 1, name, value);
        integer(builder, "embedding_length", 64, name, value);
        integer(builder, "feed_forward_length", 96, name, value);
        integer(builder, "attention.head_count", 8, name, value);
        integer(builder, "attention.head_count_kv", 2, name, value);
        return tensors(builder);
    }

    private static void integer(GgufBuilder builder, String name, int sound, String changed, int value) {
        builder.uint32("llama." + name, name.equals(changed) ? value : sound);
    }

    private static GgufBuilder metadata(String architecture) {
        return new GgufBuilder()
                .string("general.architecture", architecture)
                .uint32(architecture + ".context_length", 100)
                .uint32(architecture + ".block_count", 1)
                .uint32(architecture + ".embedding_length", 64)
                .uint32(architecture + ".feed_forward_length", 96)
                .uint32(architecture + ".attention.head_count", 8)
                .uint32(architecture + ".attention.head_count_kv", 2)
                .float32(architecture + ".attention.layer_norm_rms_epsilon", 1e-5f);
    }

    private static GgufBuilder tensors(GgufBuilder builder) {
        return builder.tensor("token_embd.weight", TensorType.F16, 64, 50)
                .tensor("blk.0.attn_norm.weight", TensorType.F32, 64)
                .tensor("blk.0.attn_q.weight", TensorType.Q4_0, 64, 64)
                .tensor("blk.0.attn_k.weight", TensorType.Q4_0, 64, 16)
                .tensor("blk.0.attn_v.weight", TensorType.Q4_0, 64, 16)
                .tensor("blk.0.attn_output.weight", TensorType.Q4_0, 64, 64)
                .tensor("blk.0.ffn_norm.weight", TensorType.F32, 64)
                .tensor("blk.0.ffn_gate.weight", TensorType.Q4_0, 64, 96)
                .tensor("blk.0.ffn_up.weight", TensorType.Q4_0, 64, 96)
                .tensor("blk.0.ffn_down.weight", TensorType.Q4_0, 96, 64)
                .tensor("output_norm.weight", TensorType.F32, 64);
    }

    private static ModelInfo parse(GgufBuilder builder) {
        byte[] file = builder.build();
        return ModelInfo.of(Gguf.parse(ByteBuffer.wrap(file), file.length), 0);
    }

    private static void assertFails(String message, GgufBuilder builder) {
        GgufException e = assertThrows(GgufException.class, () -> parse(builder));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }
}
