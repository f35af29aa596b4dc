package dev.demitasse.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * Tests the chat page in browsers that lack a feature, or in which the engine's worker fails: it answers, or names the fault. It
 * never waits for ever.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MissingFeaturesTest {
    private static final Path SITE = Path.of("../static/target/site");
    /** Time in which an error must show. To load a model and to answer may take longer on a busy machine. */
    private static final int ERROR_LIMIT_MS = 15_000;

    private static final int ANSWER_LIMIT_MS = 100_000;
    private static final String ANSWER = "The capital of France is Paris.";

    /** Deletes {@code owner.name} from all prototypes, and records whether it is gone. */
    private static final String DELETE = """
            {
              const owner = %1$s;
              for (let at = owner; at && '%2$s' in owner; at = Object.getPrototypeOf(at)) {
                delete at['%2$s'];
              }
              globalThis.isGone = !owner || !('%2$s' in owner);
            }
            """;

    /** Waits some milliseconds until the page is ready or shows an error. */
    private static final String OUTCOME = """
            new Promise((resolve) => {
              const { body } = document;
              const settle = () => {
                const { state } = body.dataset;
                if (state === 'ready' || state === 'error' || performance.now() > %d) {
                  const retry = document.getElementById('retry');
                  const title = document.getElementById('error-title').textContent;
                  const message = document.getElementById('error-message').textContent;
                  resolve({ state, title, message, retry: !retry.hidden, isGone: globalThis.isGone ?? true });
                } else {
                  setTimeout(settle, 100);
                }
              };
              settle();
            })""";

    private static final String ASK = """
            new Promise((resolve) => {
              const prompt = document.getElementById('prompt');
              prompt.value = 'What is the capital of France?';
              prompt.dispatchEvent(new Event('input'));
              document.getElementById('send').click();
              const settle = () => {
                const answer = document.querySelector('.message.assistant .text')?.textContent ?? '';
                const { state } = document.body.dataset;
                state === 'ready' || state === 'error' ? resolve(answer.trim()) : setTimeout(settle, 100);
              };
              setTimeout(settle, 100);
            })""";

    private final List<ScriptedBrowser> browsers = new ArrayList<>();
    private ScriptedBrowser chromium;
    private ScriptedBrowser webKit;

    @BeforeAll
    void start() throws IOException, InterruptedException {
        chromium = new ChromiumTab(Chromium.SOFTWARE_WEBGPU.toArray(String[]::new));
        browsers.add(chromium);
        webKit = new WebKit();
        browsers.add(webKit);
    }

    @AfterAll
    void stop() throws IOException {
        for (ScriptedBrowser browser : browsers) {
            browser.close();
        }
    }

    @TestFactory
    Stream<DynamicTest> answersWithout() {
        return inBoth(
                Stream.of(
                        "WebAssembly.Module imports",
                        "WebAssembly compileStreaming",
                        "globalThis SharedArrayBuffer",
                        "navigator storage",
                        "globalThis caches",
                        "globalThis indexedDB",
                        "globalThis localStorage",
                        "navigator locks",
                        "navigator serviceWorker",
                        "globalThis.GPUAdapter?.prototype info",
                        "globalThis.FileSystemFileHandle?.prototype createSyncAccessHandle",
                        "AbortSignal any",
                        "URL canParse"),
                (browser, feature) -> {
                    String[] parts = feature.split(" ");
                    String delete = DELETE.formatted(parts[0], parts[1]);
                    JsonNode outcome = outcome(browser, delete, delete, ANSWER_LIMIT_MS);
                    assertEquals("ready", outcome.get("state").asText(), outcome::toString);
                    // Some features cannot be deleted in WebKit, which is then tested with them.
                    assertTrue(browser == webKit || outcome.get("isGone").asBoolean(), outcome::toString);
                    assertEquals(ANSWER, browser.evaluate(ASK).asText());
                });
    }

    /** Without the js-string builtins their functions are imports, as in browsers before 2025. */
    @TestFactory
    Stream<DynamicTest> answersWithoutBuiltins() {
        String ignoreBuiltins = """
                const { compileStreaming } = WebAssembly;
                WebAssembly.compileStreaming = (source) => compileStreaming.call(WebAssembly, source);
                """;
        return inBoth(Stream.of("js-string builtins"), (browser, feature) -> {
            JsonNode outcome = outcome(browser, "", ignoreBuiltins, ANSWER_LIMIT_MS);
            assertEquals("ready", outcome.get("state").asText(), outcome::toString);
            assertEquals(ANSWER, browser.evaluate(ASK).asText());
        });
    }

    @TestFactory
    Stream<DynamicTest> saysWhichFeatureIsMissing() {
        String noGarbageCollection = "WebAssembly.validate = (bytes) => bytes[11] !== 0x5f;";
        String noSimd = "WebAssembly.validate = (bytes) => bytes[bytes.length - 2] !== 0x0f;";
        Map<String, String> scripts = Map.of(
                "WebAssembly",
                DELETE.formatted("globalThis", "WebAssembly"),
                "WebAssembly GC",
                noGarbageCollection,
                "WebAssembly SIMD",
                noSimd,
                "Module Workers",
                DELETE.formatted("globalThis", "Worker"));
        return inBoth(scripts.keySet().stream(), (browser, feature) -> {
            JsonNode outcome = outcome(browser, scripts.get(feature), "", ERROR_LIMIT_MS);
            assertEquals("error", outcome.get("state").asText(), outcome::toString);
            assertEquals(
                    "This browser lacks " + feature
                            + ", or has it turned off. Demitasse needs Chrome or Edge 123, Firefox 120, "
                            + "Safari 18.2, or a later version.",
                    outcome.get("message").asText());
            assertEquals(false, outcome.get("retry").asBoolean(), "Retry can't help");
        });
    }

    @TestFactory
    Stream<DynamicTest> saysHowTheWorkerBreaks() {
        Map<String, String> scripts = Map.of(
                "throws", "throw new Error('the script broke');",
                "rejects", "await Promise.reject(new Error('the script broke'));",
                "never ends", "await new Promise(() => {});",
                "threads never start", "if (String(location).includes('kernel-thread')) await new Promise(() => {});",
                "does not compile",
                        "WebAssembly.compileStreaming = async () => { throw new WebAssembly.CompileError('no such opcode'); };");
        Map<String, String> messages = Map.of(
                "throws", "the script broke",
                "rejects", "",
                "never ends", "no progress for 10 seconds in loading its script, engine-worker.js",
                "threads never start", "no progress for 10 seconds in starting its threads",
                "does not compile", "this browser can't compile the engine (no such opcode)");
        return inBoth(scripts.keySet().stream(), (browser, way) -> {
            JsonNode outcome = outcome(browser, "", scripts.get(way), ERROR_LIMIT_MS);
            assertEquals("error", outcome.get("state").asText(), outcome::toString);
            assertEquals("The model could not be loaded", outcome.get("title").asText());
            assertTrue(outcome.get("message").asText().startsWith("The engine "), outcome::toString);
            assertTrue(outcome.get("message").asText().contains(messages.get(way)), outcome::toString);
        });
    }

    /** Every call that needs the worker is rejected, and a configured server is offered. */
    @TestFactory
    Stream<DynamicTest> callsRejectAndAServerIsOffered() {
        return inBoth(Stream.of("never ends"), (browser, way) -> {
            try (PlainHost host = new PlainHost(SITE, "/", PlainHost.ISOLATING)) {
                host.runFirst(
                        "localStorage.setItem('demitasse settings', '{\"baseURL\": \"https://host.example/v1\"}');",
                        "await new Promise(() => {});");
                browser.open(host.address());
                JsonNode said = browser.evaluate("""
                        (async () => {
                          const { Demitasse } = await import('/demitasse.js');
                          const message = ({ message }) => message;
                          const server = { baseURL: 'https://host.example/v1', remoteModel: 'any' };
                          const calls = await Promise.all([
                            Demitasse.load('a.gguf').catch(message),
                            Demitasse.needs('a.gguf').catch(message),
                            Demitasse.models.list().catch(message),
                            new Promise((allowRemote) => Demitasse.load('a.gguf', { ...server, allowRemote }).catch(() => {})),
                          ]);
                          const button = document.getElementById('use-server');
                          for (let pauses = 0; button.textContent === '' && pauses < 50; pauses++) {
                            await new Promise((resolve) => setTimeout(resolve, 100));
                          }
                          return { calls, button: button.textContent };
                        })()""");
                String expected =
                        "The engine does not start: no progress for 10 seconds in loading its script, engine-worker.js.";
                said.get("calls").forEach(message -> assertEquals(expected, message.asText()));
                assertEquals("Use host.example", said.get("button").asText());
            }
        });
    }

    private interface Check {
        void run(ScriptedBrowser browser, String subject) throws IOException, InterruptedException;
    }

    private Stream<DynamicTest> inBoth(Stream<String> subjects, Check check) {
        return subjects.flatMap(subject -> Stream.of(
                DynamicTest.dynamicTest("Chromium: " + subject, () -> check.run(chromium, subject)),
                DynamicTest.dynamicTest("WebKit: " + subject, () -> check.run(webKit, subject))));
    }

    /** Runs scripts, and opens the page on a host of its own, so that nothing is stored. */
    private static JsonNode outcome(ScriptedBrowser browser, String inPage, String inWorkers, int limitMs)
            throws IOException, InterruptedException {
        try (PlainHost host = new PlainHost(SITE, "/", PlainHost.ISOLATING)) {
            host.runFirst(inPage, inWorkers);
            browser.open(host.address());
            return browser.evaluate(OUTCOME.formatted(limitMs));
        }
    }
}
