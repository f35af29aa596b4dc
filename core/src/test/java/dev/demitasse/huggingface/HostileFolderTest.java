package dev.demitasse.huggingface;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufException;
import dev.demitasse.gguf.GgufStream;
import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.model.ModelInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Truncated, contradictory and meaningless files give a {@link GgufException} that names the file and field. */
class HostileFolderTest {
    private static final String CONFIG = "config.json";
    private static final String INDEX = "model.safetensors.index.json";
    private static final String SINGLE = "model.safetensors";
    private static final String FIRST = "model-00001-of-00002.safetensors";
    private static final String SECOND = "model-00002-of-00002.safetensors";

    /** Replacements of values. */
    private static final List<String> ABSURD = List.of(
            "null",
            "true",
            "0",
            "-1",
            "1",
            "3",
            "64",
            "0.5",
            "1e308",
            "2147483647",
            "2147483648",
            "9223372036854775807",
            "\"\"",
            "\"F32\"",
            "[]",
            "[0]",
            "[4294967296, 4294967296]",
            "{}",
            "}");

    private static final List<Files> FOLDERS =
            List.of(sharded(), new Files("phi3", SINGLE), new Files("gemma3", SINGLE), new Files("qwen2-awq", SINGLE));

    @Test
    void invalidConfigurationsAreRejected() {
        assertConfigFails("config.json is missing", files -> files.texts.remove(CONFIG));
        assertConfigFails("tokenizer.json is missing", files -> files.texts.remove("tokenizer.json"));
        assertConfigFails("config.json: JSON line 1", files -> files.texts.put(CONFIG, "{"));
        assertConfigFails("config.json should hold an object but holds an array", f -> f.texts.put(CONFIG, "[]"));
        assertFieldFails("hidden_size\"", "width\"", "config.json: hidden_size is missing");
        assertFieldFails("\"hidden_size\": 32", "\"hidden_size\": 0", "hidden_size is 0, which is out of range");
        assertFieldFails("\"hidden_size\": 32", "\"hidden_size\": 1e9", "hidden_size should be an integer");
        assertFieldFails("\"hidden_size\": 32", "\"hidden_size\": 64", "has shape [32, 288]; expected [64, 288]");
        assertFieldFails("\"hidden_size\": 32", "\"hidden_size\": 2147483647", "head_dim is 536870911; at most 65536");
        assertFieldFails("1e-05", "\"small\"", "rms_norm_eps should be a number but is a string");
        assertFieldFails("1e-05", "1e-300", "rms_norm_eps is 1.0E-300, which is out of range");
        assertFieldFails("\"qwen2\"", "\"bert\"", "model_type is \"bert\", which is not supported");
        assertFieldFails("\"silu\"", "\"gelu\"", "hidden_act is \"gelu\"; only \"silu\" is supported");
        assertFieldFails(
                "\"use_sliding_window\": false",
                "\"use_sliding_window\": true",
                "use_sliding_window is true, which is not supported");
        assertFieldFails("\"full_attention\"", "\"sliding_attention\"", "layer_types has \"sliding_attention\" at 0");
        assertFieldFails("\"default\"", "\"dynamic\"", "rope_parameters.rope_type is \"dynamic\"");
        assertFieldFails("\"default\"", "\"yarn\"", "config.json: rope_parameters.factor is missing");
        assertFieldFails("\"default\"", "\"llama3\"", "which this architecture does not have");
        assertFieldFails(
                "\"tie_word_embeddings\": true",
                "\"tie_word_embeddings\": false",
                "tensor lm_head.weight is missing, though tie_word_embeddings is false");
        assertFieldFails("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 2147483647", "layer_types has 2 elements");
    }

    @Test
    void invalidHeadersAreRejected() {
        assertHeaderFails("\"BF16\"", "\"F64\"", "dtype is \"F64\", which is not supported");
        assertHeaderFails("\"BF16\"", "\"I32\"", "data_offsets is [0, 18432]; expected the place of 36864 bytes");
        assertHeaderFails("[288,32]", "[288,-32]", "shape has a dimension of -32");
        assertHeaderFails("[288,32]", "[4294967296,1]", "shape has a dimension of 4294967296");
        assertHeaderFails("[288,32]", "[65536,65536]", "shape is [65536, 65536], which is larger than 2 GiB");
        assertHeaderFails("[288,32]", "\"288\"", "shape should be an array but is a string");
        assertHeaderFails("[288,32]", "[9216]", "token_embd.weight has shape [9216]; expected [32, 1]");
        assertHeaderFails("[288,32]", "[288,32,1]", "model.embed_tokens.weight has shape [288, 32, 1]");
        assertHeaderFails("[0,18432]", "[18432,0]", "data_offsets is [18432, 0]");
        assertHeaderFails("[0,18432]", "[0]", "data_offsets is [0]");
        assertHeaderFails("[0,18432]", "[-1,18431]", "data_offsets is [-1, 18431]");
        assertHeaderFails("[0,18432]", "[64,18496]", "begins at 64, after a gap that ends at 0");
        assertHeaderFails("[18432,18496]", "[18368,18432]", "begins at 18368, inside another that ends at 18432");
        assertHeaderFails("model.norm.weight", "model.form.weight", "tensor model.form.weight is not one");
        assertHeaderFails("model.layers.1.input_", "model.layers.0.input_", "a gap");
        assertHeaderFails("{\"__meta", "[{\"__meta", "model.safetensors: JSON line 1");
    }

    @Test
    void invalidLengthsAreRejected() {
        for (long length : new long[] {-1, 0, 1, Long.MAX_VALUE, 1L << 32}) {
            Files files = new Files("qwen2", SINGLE);
            ByteBuffer.wrap(files.get(SINGLE)).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
            assertFails("the header has a length of " + Long.toUnsignedString(length), files);
        }
        byte[] whole = new Files("qwen2", SINGLE).get(SINGLE);
        for (int length = 0; length < whole.length; length += 97) {
            Files files = new Files("qwen2", SINGLE);
            files.weights.put(SINGLE, Arrays.copyOf(whole, length));
            assertFails("model.safetensors ends inside", files);
        }
        Files longer = new Files("qwen2", SINGLE);
        longer.weights.put(SINGLE, Arrays.copyOf(whole, whole.length + 1));
        assertFails("model.safetensors goes on after its last tensor, at " + whole.length, longer);
    }

    @Test
    void contradictoryFilesAreRejected() {
        Files elsewhere = sharded();
        elsewhere.replaceText(INDEX, "\"model.norm.weight\": \"" + SECOND, "\"model.norm.weight\": \"" + FIRST);
        assertFails(FIRST + " lacks tensor model.norm.weight", elsewhere);
        Files unplaced = sharded();
        unplaced.replaceText(INDEX, "\"model.norm.weight\": \"", "\"another.weight\": \"");
        assertFails(SECOND + " has tensor model.norm.weight, which " + INDEX + " doesn't place there", unplaced);
        for (String name : new String[] {"../" + SECOND, "https://example.org/" + SECOND, "model.bin", ""}) {
            Files strange = sharded();
            strange.replaceText(INDEX, "\"model.norm.weight\": \"" + SECOND, "\"model.norm.weight\": \"" + name);
            assertFails("weight_map.model.norm.weight is \"" + name + "\"", strange);
        }
        Files none = sharded();
        none.texts.put(INDEX, "{}");
        assertFails("weight_map names no tensors", none);
    }

    @Test
    void aChangedFileIsRejected() {
        Files files = sharded();
        FolderStream stream = new FolderStream("hostile", files.texts, new Checker());
        stream.accept(ByteBuffer.wrap(files.get(FIRST)));
        stream.accept(ByteBuffer.wrap(files.get(SECOND)));
        assertEquals(FIRST, stream.file());
        GgufException e = assertThrows(GgufException.class, () -> stream.accept(ByteBuffer.wrap(files.get(SECOND))));
        assertTrue(e.getMessage().contains("has changed since its header was read"), e.getMessage());
    }

    @Test
    void invalidQuantizationsAreRejected() {
        assertAwqFails("\"quant_method\": \"awq\"", "\"quant_method\": \"gptq\"", "quant_method is \"gptq\"");
        assertAwqFails("\"version\": \"gemm\"", "\"version\": \"gemv\"", "version is \"gemv\"; only \"gemm\"");
        assertAwqFails("\"bits\": 4", "\"bits\": 8", "quantization_config.bits is 8; only 4 is supported");
        assertAwqFails("\"zero_point\": true", "\"zero_point\": false", "zero_point is false");
        assertAwqFails("\"group_size\": 32", "\"group_size\": 48", "group_size is 48; only multiples of 32");
        assertAwqFails("\"group_size\": 32", "\"group_size\": 0", "group_size is 0; only multiples of 32");
        assertAwqFails("\"group_size\": 32", "\"group_size\": 96", "inputs, not a multiple of group_size, 96");
        assertAwqFails("\"quantization_config\"", "\"other_config\"", "qweight is not one this architecture knows");
        assertAwqFails("q_proj.scales", "q_proj.weight", "self_attn.q_proj.scales is missing");
        assertAwqFails("k_proj.qweight\":{\"dtype\":\"I32\"", "k_proj.qweight\":{\"dtype\":\"F32\"", "is F32 of shape");
    }

    @Property(tries = 20_000, shrinking = ShrinkingMode.OFF)
    void mutatedFolderGivesModelOrGgufException(
            @ForAll @IntRange(max = 3) int model,
            @ForAll @IntRange(max = 3) int file,
            @ForAll @Size(min = 1, max = 3) int[] places,
            @ForAll @Size(3) byte[] values,
            @ForAll boolean isWild) {
        Files files = FOLDERS.get(model).copy();
        for (int i = 0; i < places.length; i++) {
            files.mutate(file, places[i], values[i], isWild);
        }
        try {
            files.read();
        } catch (GgufException e) {
            assertNotNull(e.getMessage());
        }
    }

    private interface Change {
        void apply(Files files);
    }

    private static Files sharded() {
        return new Files("llama", FIRST, SECOND);
    }

    private static void assertConfigFails(String part, Change change) {
        Files files = new Files("qwen2", SINGLE);
        change.apply(files);
        assertFails(part, files);
    }

    private static void assertFieldFails(String from, String to, String part) {
        assertConfigFails(part, files -> files.replaceText(CONFIG, from, to));
    }

    private static void assertHeaderFails(String from, String to, String part) {
        assertConfigFails(part, files -> files.replaceHeader(SINGLE, from, to));
    }

    private static void assertAwqFails(String from, String to, String part) {
        Files files = new Files("qwen2-awq", SINGLE);
        if (files.texts.get(CONFIG).contains(from)) {
            files.replaceText(CONFIG, from, to);
        } else {
            files.replaceHeader(SINGLE, from, to);
        }
        assertFails(part, files);
    }

    private static void assertFails(String part, Files files) {
        GgufException e = assertThrows(GgufException.class, files::read);
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    /** The files of a folder, which can be changed. */
    private static final class Files {
        final Map<String, String> texts;
        final Map<String, byte[]> weights = new HashMap<>();

        Files(String folder, String... weightFiles) {
            Folder source = new Folder(folder);
            texts = source.texts();
            for (String file : weightFiles) {
                weights.put(file, source.bytes(file));
            }
        }

        private Files(Files other) {
            texts = new HashMap<>(other.texts);
            weights.putAll(other.weights);
        }

        Files copy() {
            return new Files(this);
        }

        byte[] get(String file) {
            byte[] bytes = weights.get(file);
            assertNotNull(bytes, file);
            return bytes;
        }

        void replaceText(String file, String from, String to) {
            assertTrue(texts.get(file).contains(from), from);
            texts.put(file, texts.get(file).replaceFirst(java.util.regex.Pattern.quote(from), to));
        }

        void replaceHeader(String file, String from, String to) {
            String header = header(file);
            assertTrue(header.contains(from), from);
            setHeader(file, header.replaceFirst(java.util.regex.Pattern.quote(from), to));
        }

        /** Changes a byte or the value of a field in a configuration, an index or a header. */
        void mutate(int file, int place, byte value, boolean isWild) {
            List<String> names = new ArrayList<>(weights.keySet());
            names.add(CONFIG);
            if (texts.containsKey(INDEX)) {
                names.add(INDEX);
            }
            names.sort(null);
            String name = names.get(file % names.size());
            String text = texts.containsKey(name) ? texts.get(name) : header(name);
            if (isWild) {
                char[] characters = text.toCharArray();
                characters[Math.floorMod(place, characters.length)] = (char) (value & 0x7F);
                text = new String(characters);
            } else {
                text = withAbsurdValue(text, place, value);
            }
            if (texts.containsKey(name)) {
                texts.put(name, text);
            } else {
                setHeader(name, text);
            }
        }

        /** Replaces the text between a random colon or bracket and the next comma, bracket or brace. */
        private static String withAbsurdValue(String text, int place, byte value) {
            List<Integer> starts = new ArrayList<>();
            for (int i = 0; i < text.length(); i++) {
                if (text.charAt(i) == ':' || text.charAt(i) == '[') {
                    starts.add(i + 1);
                }
            }
            if (starts.isEmpty()) {
                return text;
            }
            int start = starts.get(Math.floorMod(place, starts.size()));
            int end = start;
            while (end < text.length() && ",]}".indexOf(text.charAt(end)) < 0) {
                end++;
            }
            return text.substring(0, start) + ABSURD.get(Math.floorMod(value, ABSURD.size())) + text.substring(end);
        }

        private String header(String file) {
            return new String(get(file), 8, headerBytes(file), StandardCharsets.UTF_8);
        }

        private int headerBytes(String file) {
            return (int)
                    ByteBuffer.wrap(get(file)).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
        }

        private void setHeader(String file, String header) {
            byte[] old = get(file);
            int dataStart = 8 + headerBytes(file);
            byte[] text = header.getBytes(StandardCharsets.UTF_8);
            ByteBuffer bytes = ByteBuffer.allocate(8 + text.length + old.length - dataStart);
            bytes.order(ByteOrder.LITTLE_ENDIAN).putLong(text.length).put(text);
            bytes.put(old, dataStart, old.length - dataStart);
            weights.put(file, bytes.array());
        }

        void read() {
            FolderStream stream = new FolderStream("hostile", texts, new Checker());
            for (String file = stream.file(); file != null; file = stream.file()) {
                if (!weights.containsKey(file)) {
                    break; // the index names a file that does not exist
                }
                if (stream.accept(ByteBuffer.wrap(get(file)))) {
                    break; // it is too short
                }
            }
            stream.finish();
        }
    }

    /** Builds the plan, and checks the contract of the bytes: they come in order, and not more than the tensor has. */
    private static final class Checker implements GgufStream.Sink {
        private final Map<String, Long> loaded = new HashMap<>();

        @Override
        public void header(Gguf gguf) {
            ModelInfo.of(gguf, 128);
        }

        @Override
        public void bytes(TensorInfo tensor, long offset, ByteBuffer bytes) {
            assertEquals(loaded.getOrDefault(tensor.name(), 0L), offset);
            loaded.put(tensor.name(), offset + bytes.remaining());
            assertTrue(offset + bytes.remaining() <= tensor.bytes());
        }
    }
}
