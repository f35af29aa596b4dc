package dev.demitasse.huggingface;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufStream;
import dev.demitasse.gguf.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests biases of a folder of llama, whose q and k are permuted for interleaved RoPE like their matrices. */
class BiasTest {
    private static final int HEAD_SIZE = 8;
    private static final int EMBEDDING_FLOATS = 288 * 32;
    private static final Map<String, Integer> BIASES = Map.of(
            "self_attn.q_proj", 32,
            "self_attn.k_proj", 16,
            "self_attn.v_proj", 16,
            "self_attn.o_proj", 32,
            "mlp.gate_proj", 48);

    @Test
    void biasesOfRotatedProjectionsArePermuted() {
        Map<String, float[]> loaded = load();
        for (String rotated : List.of("attn_q", "attn_k")) {
            float[] bias = loaded.get("blk.0." + rotated + ".bias");
            for (int i = 0; i < bias.length; i++) {
                int inHead = i % HEAD_SIZE;
                int source = i - inHead + inHead / 2 + (inHead % 2 == 0 ? 0 : HEAD_SIZE / 2);
                assertEquals(source, bias[i], rotated + " " + i);
            }
        }
        assertArrayEquals(counting(16), loaded.get("blk.0.attn_v.bias"));
        assertArrayEquals(counting(32), loaded.get("blk.0.attn_output.bias"));
        assertArrayEquals(counting(48), loaded.get("blk.0.ffn_gate.bias"));
    }

    private static Map<String, float[]> load() {
        Map<String, String> texts = new HashMap<>(new Folder("llama").texts());
        texts.remove("model.safetensors.index.json");
        texts.computeIfPresent(
                "config.json",
                (name, text) -> text.replace("\"tie_word_embeddings\": false", "\"tie_word_embeddings\": true"));
        Map<String, float[]> loaded = new HashMap<>();
        FolderStream stream = new FolderStream("a folder", texts, new GgufStream.Sink() {
            @Override
            public void header(Gguf gguf) {}

            @Override
            public void bytes(TensorInfo tensor, long offset, ByteBuffer bytes) {
                float[] all =
                        loaded.computeIfAbsent(tensor.name(), name -> new float[(int) tensor.bytes() / Float.BYTES]);
                bytes.slice()
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asFloatBuffer()
                        .get(all, (int) offset / Float.BYTES, bytes.remaining() / Float.BYTES);
            }
        });
        Folder.feed(safetensors(), 1 << 16, stream::accept);
        stream.finish();
        return loaded;
    }

    private static byte[] safetensors() {
        List<String> fields = new ArrayList<>();
        fields.add(field("model.embed_tokens.weight", "[288, 32]", 0, EMBEDDING_FLOATS));
        int at = EMBEDDING_FLOATS;
        List<float[]> data = new ArrayList<>(List.of(new float[EMBEDDING_FLOATS]));
        for (Map.Entry<String, Integer> bias : BIASES.entrySet()) {
            int size = bias.getValue();
            fields.add(field("model.layers.0." + bias.getKey() + ".bias", "[" + size + "]", at, size));
            data.add(counting(size));
            at += size;
        }
        byte[] header = ("{" + String.join(", ", fields) + "}").getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(Long.BYTES + header.length + Float.BYTES * at)
                .order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(header.length).put(header);
        for (float[] values : data) {
            for (float value : values) {
                file.putFloat(value);
            }
        }
        return file.array();
    }

    private static String field(String name, String shape, int from, int floats) {
        return "\"%s\": {\"dtype\": \"F32\", \"shape\": %s, \"data_offsets\": [%d, %d]}"
                .formatted(name, shape, Float.BYTES * from, Float.BYTES * (from + floats));
    }

    private static float[] counting(int size) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = i;
        }
        return values;
    }
}
