package dev.demitasse.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.impl.TargetClosedError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests bad days with a tiny model: a GPU that is lost again and again, crashed tabs, ten tabs, and hundreds of turns. */
class EnduranceTest {
    private static final String ASK = """
            async (options) => {
              const { choices } = await engine.completions.create({ prompt: 'Tell me about tea.', temperature: 0, ...options });
              return choices[0].text;
            }""";

    /** Lets the worker wait a while before each output, so that an answer takes seconds. */
    private static final String SLOW = """
            {
              const post = self.postMessage.bind(self);
              self.postMessage = (message, ...more) => {
                for (const end = Date.now() + 100; message.type === 'output' && Date.now() < end; );
                post(message, ...more);
              };
            }
            """;

    @TempDir
    Path folder;

    private Path model;

    @BeforeEach
    void writeModel() throws IOException {
        model = folder.resolve("tiny.gguf");
        TinyModel.write(model);
    }

    private Browser browser(List<String> arguments) throws IOException {
        return new Browser(model.toString(), new NewContextOptions(), arguments);
    }

    private static String reason(Page page) {
        return (String) page.evaluate("() => engine.device.reason");
    }

    /** Destroys the device at every {@code period}-th pass of an answer, but not while the model is loaded again. */
    private static String lossAtEveryPass(int period) {
        return """
                const { createCommandEncoder } = GPUDevice.prototype;
                const { requestDevice } = GPUAdapter.prototype;
                const post = self.postMessage.bind(self);
                let count = 0;
                let isAnswering = false;
                globalThis.losses = 0;
                self.postMessage = (message, ...more) => {
                  isAnswering ||= message.type === 'output';
                  post(message, ...more);
                };
                GPUAdapter.prototype.requestDevice = function (...args) {
                  isAnswering = false;
                  return requestDevice.apply(this, args);
                };
                GPUDevice.prototype.createCommandEncoder = function () {
                  if (globalThis.armed && isAnswering && ++count %% %d === 0) {
                    losses++;
                    this.destroy();
                  }
                  return createCommandEncoder.call(this);
                };
                """.formatted(period);
    }

    private static void arm(Page page, boolean armed) {
        page.workers().stream()
                .filter(worker -> worker.url().endsWith("engine-worker.js")) // threads are deaf
                .forEach(worker -> worker.evaluate("(armed) => { globalThis.armed = armed; }", armed));
    }

    @Test
    void anAnswerGoesOnAfterTwentyLossesOfTheGpu() throws IOException {
        try (Browser browser = browser(Chromium.SOFTWARE_WEBGPU)) {
            browser.changeWorkers(lossAtEveryPass(4));
            Page page = browser.open("icon.svg");
            Browser.loadEngine(page, Map.of("device", "webgpu"));
            Object expected = page.evaluate(ASK, Map.of("max_tokens", 120));
            arm(page, true);
            assertEquals(expected, page.evaluate(ASK, Map.of("max_tokens", 120)));
            arm(page, false);
            int losses = (int) page.workers().get(0).evaluate("() => losses");
            assertTrue(losses >= 20, "losses: " + losses);
            assertTrue(reason(page).contains("loaded again, since the GPU was lost"), reason(page));
            assertEquals(expected, page.evaluate(ASK, Map.of("max_tokens", 120)));
        }
    }

    @Test
    void aGpuThatIsLostAtEachPassIsNamed() throws IOException {
        try (Browser browser = browser(Chromium.SOFTWARE_WEBGPU)) {
            browser.changeWorkers("""
                    const { submit } = GPUQueue.prototype;
                    const { requestDevice } = GPUAdapter.prototype;
                    let device;
                    GPUAdapter.prototype.requestDevice = async function (...args) {
                      return (device = await requestDevice.apply(this, args));
                    };
                    let submissions = 0;
                    GPUQueue.prototype.submit = function (...args) {
                      submit.apply(this, args);
                      if (globalThis.armed) device.destroy();
                    };
                    """);
            Page page = browser.open("icon.svg");
            Browser.loadEngine(page, Map.of("device", "webgpu"));
            Object expected = page.evaluate(ASK, Map.of("max_tokens", 8));
            arm(page, true);
            String message = (String) page.evaluate("""
                    () => engine.completions.create({ prompt: 'Tell me about tea.' }).then(() => 'no error', (e) => e.message)""");
            assertTrue(message.contains("the GPU was lost"), message);
            page.evaluate("() => engine.close()");
            Browser.loadEngine(page, Map.of("device", "webgpu"));
            assertEquals(expected, page.evaluate(ASK, Map.of("max_tokens", 8)));
        }
    }

    /** Nothing accumulates in the worker: not the tokens, chunks and sessions of former turns. */
    @Test
    void memoryAfterManyTurnsIsThatAfterFew() throws IOException {
        try (Browser browser = browser(List.of("--enable-blink-features=ForceEagerMeasureMemory"))) {
            Page page = browser.open("icon.svg");
            Browser.loadEngine(page, Map.of("device", "cpu", "threads", 1, "prefixCacheBytes", 1 << 20));
            page.evaluate("""
                    () => {
                      globalThis.turn = async (number) => {
                        const session = engine.session();
                        const stop = new AbortController();
                        const body = { prompt: `Turn ${number}: `, max_tokens: 8, stream: number % 2 === 0, temperature: 1 };
                        const answer = await session.completions.create(body, { signal: stop.signal });
                        if (body.stream) {
                          for await (const chunk of answer) {
                            if (number % 10 === 0) stop.abort();
                          }
                        }
                        if (number % 5 === 0) await engine.embeddings.create({ input: `text ${number}` });
                        await session.close();
                      };
                      globalThis.bytes = async () => (await performance.measureUserAgentSpecificMemory()).bytes;
                    }""");
            double few = turns(page, 0, 30);
            double many = turns(page, 30, 230);
            assertTrue(many < few * 1.15, few + " bytes after 30 turns, " + many + " after 230");
        }
    }

    private static double turns(Page page, int from, int to) {
        return ((Number) page.evaluate("""
                async ([from, to]) => {
                  for (let number = from; number < to; number++) await turn(number);
                  return bytes();
                }""", List.of(from, to))).doubleValue();
    }

    @Test
    void tenTabsLoadAndAnswerAtOnce() throws IOException {
        try (Browser browser = browser(List.of())) {
            List<Page> pages = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                pages.add(browser.open("icon.svg"));
            }
            for (Page page : pages) {
                page.evaluate("""
                        () => {
                          globalThis.answer = (async () => {
                            const { Demitasse } = await import('/demitasse.js');
                            const { default: model } = await (await fetch('/models.json')).json();
                            const options = { device: 'cpu', contextLength: 512 };
                            globalThis.engine = await Demitasse.load(new URL(model, location.origin).href, options);
                            return (%s)({ max_tokens: 12 });
                          })();
                        }""".formatted(ASK));
            }
            List<Object> answers =
                    pages.stream().map(page -> page.evaluate("() => answer")).toList();
            assertEquals(1, Stream.of(answers.toArray()).distinct().count(), answers.toString());
        }
    }

    /** The question and the answer so far are in the list of conversations after the tab has crashed. */
    @Test
    void aCrashedTabKeepsItsConversation() throws IOException {
        try (Browser browser = browser(List.of())) {
            browser.changeWorkers(SLOW);
            Page page = browser.open("");
            assertThat(page.locator("body")).hasAttribute("data-state", "ready");
            ask(page, "Tell me about tea.");
            page.waitForTimeout(4500); // the answer is stored every two seconds
            ChromiumProcess.kill(page.context(), "renderer");
            assertThrows(TargetClosedError.class, () -> page.waitForCondition(() -> false));
            Page next = browser.open("");
            next.locator(".conversation .choose").click();
            assertThat(next.locator(".message.user .text")).hasText("Tell me about tea.");
            assertThat(answer(next)).not().isEmpty();
            assertThat(next.locator("body")).hasAttribute("data-state", "ready");
        }
    }

    /** The Stop button ends the answer of a worker that says nothing, and another worker answers the next question. */
    @Test
    void theStopButtonWorksWhenTheEngineIsStuck() throws IOException {
        try (Browser browser = browser(List.of())) {
            browser.shortenSeconds(100);
            boolean[] isFirst = {true};
            browser.changeWorkers(() -> {
                String stuck = "let outputs = 0; const post = self.postMessage.bind(self);"
                        + "self.postMessage = (message, ...more) => {"
                        + "  if (message.type === 'output' && ++outputs === 5) for (;;);"
                        + "  post(message, ...more);"
                        + "};";
                String script = isFirst[0] ? stuck : "";
                isFirst[0] = false;
                return script;
            });
            Page page = browser.open("");
            assertThat(page.locator("body")).hasAttribute("data-state", "ready");
            ask(page, "Tell me about tea.");
            assertThat(answer(page)).not().isEmpty();
            page.locator("#send").click();
            assertThat(page.locator("body")).hasAttribute("data-state", "ready");
            ask(page, "And about coffee.");
            assertThat(page.locator(".message.assistant .text")).hasCount(2);
            assertThat(page.locator("body")).hasAttribute("data-state", "ready");
            assertThat(page.locator("#error")).isHidden();
        }
    }

    private static void ask(Page page, String question) {
        page.locator("#prompt").fill(question);
        page.locator("#send").click();
    }

    private static Locator answer(Page page) {
        return page.locator(".message.assistant .text");
    }
}
