package dev.demitasse.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.demitasse.RecordingBackend;
import dev.demitasse.ReferenceFile;
import dev.demitasse.SampledLogits;
import dev.demitasse.TestWeights;
import dev.demitasse.backend.reference.ReferenceBackend;
import dev.demitasse.chat.AnswerFormat;
import dev.demitasse.sampling.SamplingOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Compares Gemma 3 270M in Q4_K_M (weights in Q4_K, Q5_0, Q6_K, Q8_0) with llama.cpp's greedy tokens and Hugging Face's float32 logits on
 * the dequantized weights (fixtures by the scripts in {@code oracle}).
 */
class Gemma3Test {
    private static final int TOKENS = 16;
    private static final float TOLERANCE = 1e-3f;
    /** Difference of logits that llama.cpp's rounding of activations may reverse. */
    private static final double NEAR_TIE = 0.5;

    @Test
    void greedyTokensEqualLlamaCppsAndLogitsHuggingFaces() throws IOException {
        ByteBuffer file = TestWeights.map(TestWeights.gemma3());
        RecordingBackend[] made = new RecordingBackend[1];
        GgufLoader loader = new GgufLoader(file.capacity(), 512, (plan, context) -> {
            made[0] = new RecordingBackend(new ReferenceBackend(plan, context, 32));
            return made[0];
        });
        loader.accept(file);
        Context context = loader.finish();
        JsonNode quantized = ReferenceFile.json("gemma3-270m-greedy.json");
        JsonNode float32 = ReferenceFile.json("gemma3-270m-greedy-f32.json");
        SampledLogits logits = new SampledLogits("gemma3-270m-logits-every-256th.f32", quantized.size(), 256);
        float worst = 0;
        int same = 0;
        for (int i = 0; i < quantized.size(); i++) {
            String name = quantized.get(i).get("name").asText();
            int[] prompt = ReferenceFile.ids(quantized.get(i).get("prompt_ids"));
            assertArrayEquals(
                    prompt,
                    context.model()
                            .tokenizer()
                            .encode(quantized.get(i).get("text").asText(), true),
                    name);
            int[] theirs = Arrays.copyOf(ReferenceFile.ids(quantized.get(i).get("generated_ids")), TOKENS);
            int[] exact = Arrays.copyOf(ReferenceFile.ids(float32.get(i).get("generated_ids")), TOKENS);
            int[] ours = new int[TOKENS];
            double[] gaps = new double[TOKENS];
            float[] first = generate(context, made[0], prompt, ours, gaps);
            worst = Math.max(worst, logits.maxDifference(i, first));
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
        System.out.println("all prompts: maximum difference from Hugging Face's logits " + worst);
        assertTrue(worst <= TOLERANCE, "" + worst);
        assertEquals(12, quantized.size());
        assertTrue(same >= 5, "the same text as llama.cpp's on the quantized file: " + same);
    }

    /** Generates tokens, and returns the logits from which the first one was chosen. */
    private static float[] generate(Context context, RecordingBackend backend, int[] prompt, int[] ids, double[] gaps) {
        Generation generation = context.generate(
                prompt, new GenerationOptions(SamplingOptions.GREEDY, ids.length, List.of(), AnswerFormat.PLAIN));
        float[] first = {};
        int length = 0;
        while (!generation.isFinished()) {
            if (generation.next() instanceof Event.Token token) {
                float[] logits = backend.latest().logits(0);
                first = length == 0 ? logits.clone() : first;
                gaps[length] = gap(logits);
                ids[length++] = token.id();
            }
        }
        return first;
    }

    /** Returns the difference between the highest logit and the second. */
    private static double gap(float[] logits) {
        float[] sorted = logits.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length - 1] - sorted[sorted.length - 2];
    }
}
