package dev.demitasse.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.OddModels;
import dev.demitasse.backend.Backend;
import dev.demitasse.backend.Batch;
import dev.demitasse.backend.Outputs;
import dev.demitasse.backend.reference.ReferenceBackend;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufException;
import dev.demitasse.tokenizer.TinyVocabulary;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The key {@code attention.sliding_window} of architectures that usually have none. */
class SlidingWindowTest {
    private static final Backend.Factory REFERENCE = (plan, context) -> new ReferenceBackend(plan, context, 64);
    private static final int LAYERS = 4;
    private static final int WINDOW = 3;
    private static final int[] PROMPT = {1, 2, 3, 4, 5, 60, 70, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21};

    /** Each layer reaches two positions further back, so that the last logits depend on exactly nine tokens. */
    @Test
    void eachLayerOfLlamaSeesTheWindow() {
        ByteBuffer windowed = llama(WINDOW);
        int reach = LAYERS * (WINDOW - 1) + 1;
        assertArrayEquals(lastLogits(windowed, PROMPT), lastLogits(windowed, last(reach)), 1e-4f);
        assertTrue(difference(lastLogits(windowed, PROMPT), lastLogits(windowed, last(reach - 1))) > 1e-3);
        assertTrue(difference(lastLogits(llama(0), PROMPT), lastLogits(llama(0), last(reach))) > 1e-3);
        assertArrayEquals(lastLogits(llama(0), PROMPT), lastLogits(llama(PROMPT.length), PROMPT), 1e-4f);
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen2", "qwen3", "smollm3"})
    void aWindowOfUnknownLayersIsRefused(String architecture) {
        String key = architecture + ".attention.sliding_window";
        GgufException e = assertThrows(GgufException.class, () -> read(architecture, key, 64, 65));
        assertEquals(
                key + " is 64, which is not supported for " + architecture
                        + ": the file does not say which layers have the window. A context of at most 64 tokens needs none",
                e.getMessage());
        read(architecture, key, 64, 64);
        read(architecture, key, 0, 65);
    }

    private static void read(String model, String key, int window, int context) {
        ByteBuffer file = OddModels.file(model, f -> TinyVocabulary.byteLevel(f).uint32(key, window));
        ModelInfo.of(Gguf.parse(file, file.capacity()), context);
    }

    private static ByteBuffer llama(int window) {
        return OddModels.llama(f -> f.uint32("llama.attention.sliding_window", window));
    }

    private static int[] last(int count) {
        return Arrays.copyOfRange(PROMPT, PROMPT.length - count, PROMPT.length);
    }

    private static float[] lastLogits(ByteBuffer file, int[] tokens) {
        Backend backend = OddModels.load(file, REFERENCE).backend();
        return backend.forward(new Batch(tokens, 0, tokens.length, 0), Outputs.LOGITS)
                .logits(0);
    }

    private static double difference(float[] a, float[] b) {
        double max = 0;
        for (int i = 0; i < a.length; i++) {
            max = Math.max(max, Math.abs(a[i] - b[i]));
        }
        return max;
    }
}
