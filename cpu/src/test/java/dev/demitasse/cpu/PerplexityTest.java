package dev.demitasse.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.demitasse.BackendLoader;
import dev.demitasse.ReferenceFile;
import dev.demitasse.TestWeights;
import dev.demitasse.backend.Backend;
import dev.demitasse.backend.Batch;
import dev.demitasse.backend.KvType;
import dev.demitasse.backend.Outputs;
import dev.demitasse.backend.Pass;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Compares SmolLM2's perplexity over a text with that of Hugging Face in float32, which {@code oracle/perplexity.py} computed. */
class PerplexityTest {
    private static final double TOLERANCE = 0.005;

    @Test
    void equalsTheReferenceWithEachTypeOfKeysAndValues() throws IOException {
        ByteBuffer file = TestWeights.map(TestWeights.smolLm2());
        Tokenizer tokenizer = Tokenizer.of(Gguf.parse(file, file.capacity()).metadata());
        int[] tokens = tokenizer.encode(
                new String(
                        PerplexityTest.class
                                .getResourceAsStream("/reference/alice.txt")
                                .readAllBytes(),
                        StandardCharsets.UTF_8),
                false);
        JsonNode reference = ReferenceFile.json("perplexity.json");
        assertEquals(reference.get("tokens").asInt(), tokens.length);
        double expected = reference.get("perplexity").asDouble();
        Map<KvType, Double> found = new EnumMap<>(KvType.class);
        for (KvType kvType : KvType.values()) {
            try (Node node = new Node()) {
                Backend backend = BackendLoader.load(
                        file.duplicate(),
                        tokens.length,
                        (plan, context) -> new CpuBackend(
                                plan,
                                context,
                                16,
                                kvType,
                                RemoteKernelRuntime.factory(node, new Variant(true, false, 2))));
                found.put(kvType, perplexity(backend, tokens));
            }
        }
        System.out.println("perplexity " + expected + " in float32, by the kernels " + found);
        assertEquals(1, found.get(KvType.F16) / expected, TOLERANCE);
        assertEquals(1, found.get(KvType.Q8_0) / found.get(KvType.F16), TOLERANCE);
    }

    /** Returns the perplexity of all tokens except the first. */
    private static double perplexity(Backend backend, int[] tokens) {
        double sum = 0;
        int last = tokens.length - 1;
        for (int from = 0; from < last; from += backend.maxOutputs()) {
            int to = Math.min(last, from + backend.maxOutputs());
            Pass pass = backend.forward(new Batch(tokens, from, to, from), Outputs.logits(to - from));
            for (int i = from; i < to; i++) {
                sum -= logProbability(pass.logits(i - from), tokens[i + 1]);
            }
        }
        return Math.exp(sum / last);
    }

    private static double logProbability(float[] logits, int id) {
        float max = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            max = Math.max(max, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - max);
        }
        return logits[id] - max - Math.log(sum);
    }
}
