package dev.demitasse.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Browser.NewContextOptions;
import dev.demitasse.BackendLoader;
import dev.demitasse.TestWeights;
import dev.demitasse.backend.Backend;
import dev.demitasse.backend.KvType;
import dev.demitasse.backend.reference.ReferenceBackend;
import dev.demitasse.cpu.CpuBackend;
import dev.demitasse.cpu.RemoteMachine;
import dev.demitasse.cpu.Variant;
import dev.demitasse.engine.EngineLoader;
import dev.demitasse.webgpu.WebGpuBackend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The kernels in Chromium, on the CPU and on WebGPU's software adapter, on real weights beside the reference backend: logits nearly the same, greedy
 * tokens equal up to the first near-tie. What they differ by comes of rounding keys and values to 16 bits, on the CPU activations, too.
 */
class RealWeightsTest {
    private static final int CONTEXT = 256;
    private static final int ALL = Integer.MAX_VALUE;
    private static final int BATCH = 64;
    private static final int TOKENS = 32;
    /** The software adapter is slow. */
    private static final int GPU_TOKENS = 6;

    private static final int GPU_PROMPTS = 3;
    /** Logits that rounding may swap. */
    private static final double NEAR_TIE = 0.01;

    private static final double RELATIVE_ERROR = 1e-3;

    private static Browser browser;

    @BeforeAll
    static void start() throws IOException {
        browser = new Browser(new NewContextOptions());
    }

    @AfterAll
    static void stop() {
        browser.close();
    }

    @Test
    void smolLm2() throws IOException {
        compare(TestWeights.smolLm2(), "smollm2-135m-greedy-f32.json", cpu(new Variant(true, false, 2)), ALL, TOKENS);
    }

    @Test
    void gemma3() throws IOException {
        compare(TestWeights.gemma3(), "gemma3-270m-greedy-f32.json", cpu(new Variant(false, false, 2)), ALL, TOKENS);
    }

    @Test
    void smolLm2OnWebGpu() throws IOException {
        compareOnWebGpu(TestWeights.smolLm2(), "smollm2-135m-greedy-f32.json");
    }

    @Test
    void gemma3OnWebGpu() throws IOException {
        compareOnWebGpu(TestWeights.gemma3(), "gemma3-270m-greedy-f32.json");
    }

    private static EngineLoader.BackendFactory cpu(Variant variant) {
        return (plan, context) -> new CpuBackend(
                plan,
                context,
                BATCH,
                KvType.F16,
                RemoteMachine.factory(new WorkerChannel(browser.open("icon.svg")), variant));
    }

    private static void compareOnWebGpu(Path weights, String prompts) throws IOException {
        try (Browser gpuBrowser = new Browser(new NewContextOptions(), Chromium.SOFTWARE_WEBGPU)) {
            RemoteDevice device = new RemoteDevice(gpuBrowser.open("icon.svg"), 1 << 28, true);
            compare(
                    weights,
                    prompts,
                    (plan, context) ->
                            new WebGpuBackend(plan, context, BATCH, KvType.F16, device, RemoteDevice.shaders()),
                    GPU_PROMPTS,
                    GPU_TOKENS);
        }
    }

    private static void compare(
            Path weights, String reference, EngineLoader.BackendFactory backends, int mostPrompts, int mostTokens)
            throws IOException {
        Backend kernels = BackendLoader.load(TestWeights.map(weights), CONTEXT, backends);
        Backend judge = BackendLoader.load(
                TestWeights.map(weights), CONTEXT, (plan, context) -> new ReferenceBackend(plan, context, BATCH));
        JsonNode all = new ObjectMapper().readTree(RealWeightsTest.class.getResource("/reference/" + reference));
        double squares = 0;
        double errors = 0;
        int different = 0;
        int prompts = 0;
        for (JsonNode prompt : all) {
            if (prompts == mostPrompts) {
                break;
            }
            prompts++;
            int[] ids = new ObjectMapper().convertValue(prompt.get("prompt_ids"), int[].class);
            int[] expected = new ObjectMapper().convertValue(prompt.get("generated_ids"), int[].class);
            prefill(kernels, ids);
            prefill(judge, ids);
            float[] exact = judge.logits(0);
            float[] rounded = kernels.logits(0);
            for (int id = 0; id < exact.length; id++) {
                squares += (double) exact[id] * exact[id];
                errors += ((double) exact[id] - rounded[id]) * (exact[id] - rounded[id]);
            }
            int steps = Math.min(mostTokens, expected.length);
            for (int step = 0; step < steps; step++) {
                int token = argmax(kernels.logits(0));
                if (token != expected[step]) {
                    different++;
                    // the judge has seen the same tokens: how far apart does it hold the two?
                    prefill(judge, append(ids, Arrays.copyOf(expected, step)));
                    float[] logits = judge.logits(0);
                    double gap = logits[expected[step]] - logits[token];
                    System.out.println(prompt.get("name").asText() + ": token " + step
                            + " differs; the reference's logits of the two are " + gap + " apart");
                    assertTrue(gap >= 0 && gap < NEAR_TIE, "no near-tie at step " + step + ": " + gap);
                    break;
                }
                kernels.forward(new int[] {token}, 0, 1, ids.length + step, 1);
            }
        }
        double relativeError = Math.sqrt(errors / squares);
        System.out.println(weights.getFileName() + ": logits' relative error " + relativeError + ", " + different
                + " of " + prompts + " texts part at a near-tie");
        assertTrue(relativeError < RELATIVE_ERROR, "" + relativeError);
        assertTrue(different <= 1, "texts that part: " + different);
    }

    private static void prefill(Backend backend, int[] ids) {
        for (int from = 0; from < ids.length; from += BATCH) {
            int to = Math.min(ids.length, from + BATCH);
            backend.forward(ids, from, to, from, to == ids.length ? 1 : 0);
        }
    }

    private static int[] append(int[] some, int[] more) {
        int[] all = Arrays.copyOf(some, some.length + more.length);
        System.arraycopy(more, 0, all, some.length, more.length);
        return all;
    }

    private static int argmax(float[] logits) {
        int best = 0;
        for (int id = 1; id < logits.length; id++) {
            best = logits[id] > logits[best] ? id : best;
        }
        return best;
    }
}
