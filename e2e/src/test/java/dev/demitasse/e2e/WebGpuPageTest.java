package dev.demitasse.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.PlaywrightException;
import com.microsoft.playwright.Worker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the engine on WebGPU in a page, on Chromium's software adapter: the work for a token, and failures of the GPU. */
class WebGpuPageTest {
    private static final String ASK = """
            async (options) => {
              const { choices, usage } = await engine.chat.completions.create({
                messages: [{ role: 'user', content: 'What is the capital of France?' }],
                temperature: 0,
                ...options,
              });
              return { text: choices[0].message.content, completionTokens: usage.completion_tokens };
            }""";
    private static final String ANSWER = "The capital of France is Paris.";
    /** Number of tokens of the answer, including the end token. */
    private static final int ANSWER_TOKENS = 8;

    private static final Map<String, ?> SOME_TOKENS = Map.of("max_tokens", 12);

    /** Hides that the adapter is a software adapter, so that it is chosen by default. */
    private static final String LOOKS_LIKE_HARDWARE = """
            Object.defineProperty(GPUAdapterInfo.prototype, 'architecture', { get: () => 'hardware, says the test' });
            Object.defineProperty(GPUAdapterInfo.prototype, 'isFallbackAdapter', { get: () => false });
            """;

    private static Browser browser() throws IOException {
        return new Browser(new NewContextOptions(), Chromium.SOFTWARE_WEBGPU);
    }

    /** Opens a browser with {@link TinyModel}, for tests that do not depend on the answer. */
    private static Browser tinyBrowser(Path folder) throws IOException {
        Path model = folder.resolve("tiny.gguf");
        TinyModel.write(model);
        return new Browser(model.toString(), new NewContextOptions(), Chromium.SOFTWARE_WEBGPU);
    }

    private static Map<?, ?> load(Page page, Object options) {
        return Browser.loadEngine(page, options);
    }

    private static Map<?, ?> ask(Page page, Object options) {
        return (Map<?, ?>) page.evaluate(ASK, options);
    }

    private static void assertDevice(String kind, String reason, Map<?, ?> device) {
        assertEquals(kind, device.get("kind"), device.toString());
        assertTrue(device.get("reason").toString().contains(reason), device.toString());
    }

    /** Counts the calls of the worker to WebGPU. */
    private static final String COUNT = """
            () => {
              const counts = (globalThis.counts = {});
              const count = (type, method, amount = () => 1) => {
                const original = type.prototype[method];
                type.prototype[method] = function (...args) {
                  counts[method] = (counts[method] ?? 0) + amount(...args);
                  return original.apply(this, args);
                };
              };
              count(GPUQueue, 'submit');
              count(GPUQueue, 'writeBuffer');
              count(GPUBuffer, 'mapAsync');
              count(GPUBuffer, 'getMappedRange', (offset, bytes) => bytes);
              count(GPUComputePassEncoder, 'dispatchWorkgroups');
              for (const method of ['createBuffer', 'createBindGroup', 'createComputePipeline', 'createShaderModule']) {
                count(GPUDevice, method);
              }
            }""";

    @Test
    void oneSubmissionAndOneReadbackForAToken() throws IOException {
        try (Browser browser = browser()) {
            Page page = browser.open("icon.svg");
            assertDevice("webgpu", "swiftshader", load(page, Map.of("device", "webgpu")));
            assertEquals(ANSWER, ask(page, Map.of()).get("text"));
            for (Map<String, ?> options :
                    List.of(Map.<String, Object>of(), Map.of("temperature", 0.01, "top_p", 0.9))) {
                Worker worker = page.workers().get(0);
                worker.evaluate(COUNT);
                Map<?, ?> answer = ask(page, options);
                Map<?, ?> counts = (Map<?, ?>) worker.evaluate("() => counts");
                assertEquals(ANSWER, answer.get("text"));
                // The whole prompt except its last token is cached: a pass for that token and for each token except the
                // last one.
                assertEquals(ANSWER_TOKENS, counts.get("submit"));
                assertEquals(ANSWER_TOKENS, counts.get("mapAsync"));
                assertEquals(ANSWER_TOKENS, counts.get("writeBuffer"));
                int readBytes = ((Number) counts.get("getMappedRange")).intValue();
                assertTrue(readBytes <= 4096 * ANSWER_TOKENS, counts.toString());
                for (String made : List.of("createBuffer", "createBindGroup", "createComputePipeline")) {
                    // The buffer of the results may grow once.
                    int most = made.equals("createBuffer") && !options.isEmpty() ? 1 : 0;
                    int count = counts.get(made) == null ? 0 : ((Number) counts.get(made)).intValue();
                    assertTrue(count <= most, counts.toString());
                }
                // 30 layers; embedding, last row, norm, matrix, and up to three to find the most probable
                int dispatches = ((Number) counts.get("dispatchWorkgroups")).intValue();
                assertTrue(dispatches <= ANSWER_TOKENS * (30 * 9 + 7), counts.toString());
            }
        }
    }

    /** A batch that is under way is dropped; none of its tokens is in the cache. */
    @Test
    void promptIsAborted() throws IOException {
        try (Browser browser = browser()) {
            Page page = browser.open("icon.svg");
            load(page, Map.of("device", "webgpu"));
            Worker worker = page.workers().get(0);
            worker.evaluate(COUNT);
            page.evaluate("""
                    () => {
                      globalThis.stop = new AbortController();
                      globalThis.complete = (prompt, options) =>
                        engine.completions.create({ prompt, max_tokens: 1, temperature: 0 }, options);
                      globalThis.aborted = complete(' tea'.repeat(128), { signal: stop.signal }).then(() => 'done', (e) => e.name);
                    }""");
            while ((boolean) worker.evaluate("() => !(counts.submit > 0)")) {
                page.waitForTimeout(10);
            }
            assertEquals("AbortError", page.evaluate("() => { stop.abort(); return aborted; }"));
            assertEquals(0, page.evaluate("""
                    async () => (await complete(' tea tea tea')).usage.prompt_tokens_details.cached_tokens"""));
            assertEquals(ANSWER, ask(page, Map.of()).get("text"));
        }
    }

    /** Returns a script that destroys the device at the given pass over a token or batch. */
    private static String destroyAt(int... passes) {
        return """
                const passes = %s;
                const { createCommandEncoder } = GPUDevice.prototype;
                let count = 0;
                GPUDevice.prototype.createCommandEncoder = function () {
                  if (globalThis.armed && passes.includes(count++)) {
                    this.destroy();
                  }
                  return createCommandEncoder.call(this);
                };
                """.formatted(Arrays.toString(passes));
    }

    /** Makes {@link #destroyAt} start counting. */
    private static void arm(Page page) {
        page.workers().stream()
                .filter(worker -> worker.url().endsWith("engine-worker.js")) // threads are deaf
                .forEach(worker -> worker.evaluate("() => { armed = true; }"));
    }

    @Test
    void answerContinuesAfterDeviceLoss(@TempDir Path folder) throws IOException {
        try (Browser browser = tinyBrowser(folder)) {
            browser.changeWorkers(destroyAt(4));
            Page page = browser.open("icon.svg");
            load(page, Map.of("device", "cpu"));
            Object expected = ask(page, SOME_TOKENS);
            load(page, Map.of("device", "webgpu"));
            arm(page);
            assertEquals(expected, ask(page, SOME_TOKENS));
            Map<?, ?> device = (Map<?, ?>) page.evaluate("() => engine.device");
            assertDevice("webgpu", "loaded again, since the GPU was lost", device);
            assertEquals(expected, ask(page, SOME_TOKENS));
        }
    }

    /** The tokens of the sessions are read again. */
    @Test
    void sessionsContinueAfterDeviceLoss(@TempDir Path folder) throws IOException {
        try (Browser browser = tinyBrowser(folder)) {
            browser.changeWorkers(destroyAt(2));
            Page page = browser.open("icon.svg");
            load(page, Map.of("device", "webgpu"));
            String ask = """
                    (session, content) => session.chat.completions.create(
                      { messages: [{ role: 'user', content }], max_tokens: 6, temperature: 0 })""";
            page.evaluate(
                    "async () => { globalThis.one = engine.session(); await (%s)(one, 'one two'); }".formatted(ask));
            arm(page);
            page.evaluate("async () => { globalThis.other = engine.session(); await (%s)(other, 'three four'); }"
                    .formatted(ask));
            assertDevice("webgpu", "loaded again", (Map<?, ?>) page.evaluate("() => engine.device"));
            List<?> bytes = (List<?>) page.evaluate("""
                    async () => {
                      await one.save('one');
                      await other.save('other');
                      return (await engine.sessions.list()).map((saved) => saved.bytes);
                    }""");
            // A tile of 64 positions with 256 bytes each.
            assertEquals(2, bytes.size());
            bytes.forEach(each -> assertTrue(((Number) each).intValue() >= 64 * 256, bytes.toString()));
        }
    }

    @Test
    void cpuTakesOverAfterRepeatedDeviceLoss(@TempDir Path folder) throws IOException {
        try (Browser browser = tinyBrowser(folder)) {
            browser.changeWorkers(LOOKS_LIKE_HARDWARE + """
                    // At the fifth result of each device; loading a model needs two.
                    const { createCommandEncoder } = GPUDevice.prototype;
                    const { mapAsync } = GPUBuffer.prototype;
                    const results = new Map();
                    let device;
                    GPUDevice.prototype.createCommandEncoder = function () {
                      device = this;
                      return createCommandEncoder.call(this);
                    };
                    GPUBuffer.prototype.mapAsync = function (...args) {
                      results.set(device, (results.get(device) ?? 0) + 1);
                      if (results.get(device) === 5) {
                        device.destroy();
                      }
                      return mapAsync.apply(this, args);
                    };
                    """);
            Page page = browser.open("icon.svg");
            load(page, Map.of("device", "cpu"));
            Object expected = ask(page, SOME_TOKENS);
            assertDevice("webgpu", "hardware, says the test", load(page, Map.of()));
            assertEquals(expected, ask(page, SOME_TOKENS));
            assertDevice("cpu", "the GPU was lost", (Map<?, ?>) page.evaluate("() => engine.device"));
        }
    }

    /** If the GPU has no memory for a longer conversation, the CPU continues it. */
    @Test
    void cpuTakesOverIfTheCacheCannotGrow(@TempDir Path folder) throws IOException {
        try (Browser browser = tinyBrowser(folder)) {
            browser.changeWorkers(LOOKS_LIKE_HARDWARE + """
                    const { createBuffer } = GPUDevice.prototype;
                    const made = new Map();
                    GPUDevice.prototype.createBuffer = function (descriptor) {
                      if (descriptor.label === 'values 0') {
                        if (made.has(this)) descriptor.usage = 0; // an error that is reported later
                        made.set(this, true);
                      }
                      return createBuffer.call(this, descriptor);
                    };
                    """);
            Page page = browser.open("icon.svg");
            String ask = """
                    async () => {
                      const { choices } = await engine.completions.create(
                        { prompt: 'one two three '.repeat(400), max_tokens: 8, temperature: 0 });
                      return choices[0].text;
                    }""";
            assertDevice("cpu", "asked for", load(page, Map.of("device", "cpu", "contextLength", 2048)));
            Object expected = page.evaluate(ask);
            assertDevice("webgpu", "hardware, says the test", load(page, Map.of("contextLength", 2048)));
            assertEquals(expected, page.evaluate(ask));
            assertDevice("cpu", "the GPU was lost", (Map<?, ?>) page.evaluate("() => engine.device"));
        }
    }

    @Test
    void withoutAnAdapter() throws IOException {
        try (Browser browser = new Browser(new NewContextOptions())) {
            Page page = browser.open("icon.svg");
            assertDevice("cpu", "no WebGPU adapter", load(page, Map.of()));
            assertEquals(ANSWER, ask(page, Map.of()).get("text"));
            assertLoadFails(page, "the GPU can't run the model: the browser offers no WebGPU adapter");
        }
    }

    @Test
    void softwareAdapterIsUsedOnRequestOnly() throws IOException {
        try (Browser browser = browser()) {
            Page page = browser.open("icon.svg");
            assertDevice("cpu", "software", load(page, Map.of()));
            assertDevice("cpu", "asked for", load(page, Map.of("device", "cpu")));
            PlaywrightException e = assertThrows(PlaywrightException.class, () -> load(page, Map.of("device", "gpu")));
            assertTrue(e.getMessage().contains("option device must be one of auto, webgpu, cpu"), e.getMessage());
        }
    }

    @Test
    void failuresAreNamed(@TempDir Path folder) throws IOException {
        Map<String, String> troubles = new HashMap<>();
        troubles.put("navigator.__proto__.__defineGetter__('gpu', () => undefined);", "no WebGPU");
        troubles.put(
                "GPUAdapter.prototype.requestDevice = () => Promise.reject(new Error('not today'));",
                "gives no device: not today");
        // A buffer that is larger than the device allows.
        troubles.put("""
                const { createBuffer } = GPUDevice.prototype;
                GPUDevice.prototype.createBuffer = function (descriptor) {
                  if (descriptor.label === 'keys 0') {
                    descriptor.size = 2 ** 40;
                  }
                  return createBuffer.call(this, descriptor);
                };""", "size");
        // A kernel that the device cannot compile.
        troubles.put("""
                const { createShaderModule } = GPUDevice.prototype;
                GPUDevice.prototype.createShaderModule = function (descriptor) {
                  descriptor.code += 'and so on';
                  return createShaderModule.call(this, descriptor);
                };""", "WGSL");
        // A GPU that computes wrong numbers.
        troubles.put("""
                const { createShaderModule } = GPUDevice.prototype;
                GPUDevice.prototype.createShaderModule = function (descriptor) {
                  if (descriptor.label.startsWith('matvec')) {
                    descriptor.code = descriptor.code.replace('dot(w.q1, x1)', 'dot(w.q1, x0)');
                  }
                  return createShaderModule.call(this, descriptor);
                };""", "the GPU miscomputes");
        troubles.put("""
                const { fetch } = globalThis;
                globalThis.fetch = (url) =>
                  String(url).endsWith('matvec.wgsl') ? Promise.reject(new TypeError('cut')) : fetch(url);""", "the GPU's kernels can't be fetched: cut");
        for (Map.Entry<String, String> trouble : troubles.entrySet()) {
            try (Browser browser = tinyBrowser(folder)) {
                browser.changeWorkers(LOOKS_LIKE_HARDWARE + trouble.getKey());
                Page page = browser.open("icon.svg");
                assertDevice("cpu", trouble.getValue(), load(page, Map.of()));
                assertLoadFails(page, trouble.getValue());
            }
        }
    }

    /** A context that is too large for a GPU is named, and then one that is too large for the CPU. */
    @Test
    void tooLargeContextIsNamed() throws IOException {
        try (Browser browser = browser()) {
            Page page = browser.open("icon.svg");
            PlaywrightException e = assertThrows(
                    PlaywrightException.class,
                    () -> load(page, Map.of("device", "webgpu", "contextLength", 4_000_000)));
            assertTrue(e.getMessage().contains("the GPU binds"), e.getMessage());
        }
    }

    /** Small limits, as on phones, split tensors into several buffers. */
    @Test
    void smallBindings() throws IOException {
        try (Browser browser = browser()) {
            browser.changeWorkers("""
                    const { requestDevice } = GPUAdapter.prototype;
                    GPUAdapter.prototype.requestDevice = async function () {
                      const device = await requestDevice.call(this);
                      Object.defineProperty(device, 'limits', {
                        value: { maxBufferSize: 2 ** 28, maxStorageBufferBindingSize: 2 ** 23 },
                      });
                      return device;
                    };""");
            Page page = browser.open("icon.svg");
            load(page, Map.of("device", "webgpu"));
            assertEquals(ANSWER, ask(page, Map.of()).get("text"));
        }
    }

    private static void assertLoadFails(Page page, String message) {
        PlaywrightException e = assertThrows(PlaywrightException.class, () -> load(page, Map.of("device", "webgpu")));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }
}
