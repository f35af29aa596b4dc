package dev.demitasse.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.demitasse.TestWeights;
import dev.demitasse.backend.reference.ReferenceBackend;
import dev.demitasse.chat.AnswerFormat;
import dev.demitasse.sampling.SamplingOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Gemma 3 270M in Q4_K_M (weights in Q4_K, Q5_0, Q6_K, Q8_0) against llama.cpp's greedy tokens. */
class Gemma3Test {
    private static final int TOKENS = 32;
    /** Logits that llama.cpp's rounding of activations was seen to swap. */
    private static final double NEAR_TIE = 0.5;

    @Test
    void greedyTokensEqualLlamaCpps() throws IOException {
        ByteBuffer file = TestWeights.map(TestWeights.gemma3());
        EngineLoader loader =
                new EngineLoader(file.capacity(), 512, (plan, context) -> new ReferenceBackend(plan, context, 32));
        loader.accept(file);
        Engine engine = loader.finish();
        JsonNode quantized = json("gemma3-270m-greedy.json");
        JsonNode float32 = json("gemma3-270m-greedy-f32.json");
        int same = 0;
        for (int i = 0; i < quantized.size(); i++) {
            String name = quantized.get(i).get("name").asText();
            int[] prompt = ids(quantized.get(i).get("prompt_ids"));
            assertArrayEquals(
                    prompt,
                    engine.tokenizer().encode(quantized.get(i).get("text").asText(), true),
                    name);
            int[] theirs = Arrays.copyOf(ids(quantized.get(i).get("generated_ids")), TOKENS);
            int[] exact = Arrays.copyOf(ids(float32.get(i).get("generated_ids")), TOKENS);
            int[] ours = new int[TOKENS];
            double[] gaps = new double[TOKENS];
            generate(engine, prompt, ours, gaps);
            assertArrayEquals(exact, ours, name + ": llama.cpp, weights in float32");
            int step = Arrays.mismatch(theirs, ours);
            if (step < 0) {
                same++;
            } else {
                System.out.println(name + ": token " + step + " differs from llama.cpp's on Q4_K_M, which rounds "
                        + "activations; the two best logits are " + gaps[step] + " apart");
                assertTrue(gaps[step] < NEAR_TIE, name + ": no near-tie at step " + step + ": " + gaps[step]);
            }
        }
        assertEquals(12, quantized.size());
        assertTrue(same >= 5, "the same text as llama.cpp's on the quantized file: " + same);
    }

    private static void generate(Engine engine, int[] prompt, int[] ids, double[] gaps) {
        Generation generation = engine.generate(
                prompt, new GenerationOptions(SamplingOptions.GREEDY, ids.length, List.of(), AnswerFormat.PLAIN));
        int length = 0;
        while (!generation.isFinished()) {
            if (generation.next() instanceof Event.Token token) {
                gaps[length] = gap(engine.backend().logits(0));
                ids[length++] = token.id();
            }
        }
    }

    /** Between the highest logit and the second. */
    private static double gap(float[] logits) {
        float[] sorted = logits.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length - 1] - sorted[sorted.length - 2];
    }

    private static int[] ids(JsonNode array) {
        int[] ids = new int[array.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = array.get(i).asInt();
        }
        return ids;
    }

    private static JsonNode json(String name) throws IOException {
        return new ObjectMapper().readTree(Gemma3Test.class.getResource("/reference/" + name));
    }
}
