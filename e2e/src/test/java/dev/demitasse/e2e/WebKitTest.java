package dev.demitasse.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import dev.demitasse.ReferenceFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the page and the engine in WebKit, the engine of Safari and of browsers on iPhones and iPads. */
class WebKitTest {
    private static final Path SITE = Path.of("../static/target/site");
    private static final String ANSWER = "The capital of France is Paris.";

    /** Loads the default model on the CPU. */
    private static final String LOAD = """
            (async () => {
              const { Demitasse } = await import('/demitasse.js');
              globalThis.Demitasse = Demitasse;
              globalThis.engine = await Demitasse.load('/models/smollm2.gguf', { contextLength: 512, device: 'cpu', threads: %d });
              return engine.device;
            })()""";

    private static final String QUESTION =
            "{ messages: [{ role: 'user', content: 'What is the capital of France?' }], temperature: 0 }";
    private static final String ASK =
            "engine.chat.completions.create(" + QUESTION + ").then(({ choices }) => choices[0].message.content)";

    private static final int MAX_ATTEMPTS = 600;
    private static final int ATTEMPTS_OF_A_VISIT = 150;
    private static final int PAUSE_MS = 100;

    private PlainHost host;
    private WebKit browser;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        host = new PlainHost(SITE, "/", Map.of());
        browser = new WebKit();
    }

    @AfterEach
    void stop() throws IOException {
        browser.close();
        host.close();
    }

    @Test
    void pageIsolatesItselfAndAnswers() throws IOException, InterruptedException {
        openIsolated();
        assertEquals(ANSWER, browser.evaluate("""
                        new Promise((resolve) => {
                          const prompt = document.getElementById('prompt');
                          prompt.value = 'What is the capital of France?';
                          document.getElementById('send').click();
                          const settle = () =>
                            document.body.dataset.state === 'ready'
                              ? resolve(document.querySelector('.message.assistant .text').textContent.trim())
                              : setTimeout(settle, 100);
                          setTimeout(settle, 500);
                        })""").asText());
    }

    @Test
    void tokensAreThoseOfLlamaCppWithOneThreadAndTwo() throws IOException, InterruptedException {
        openIsolated();
        JsonNode prompts = ReferenceFile.json("smollm2-135m-greedy-f32.json");
        JsonNode judges = ReferenceFile.json("smollm2-135m-hf.json");
        for (int threads = 1; threads <= 2; threads++) {
            JsonNode device = browser.evaluate(LOAD.formatted(threads));
            assertEquals(threads, device.get("threads").asInt(), device::toString);
            for (int i = 0; i < prompts.size(); i++) {
                JsonNode ids = browser.evaluate("""
                        engine.completions
                          .create({ prompt: %s, max_tokens: 64, temperature: 0, return_tokens: true })
                          .then(({ choices }) => choices[0].tokens)""".formatted(prompts.get(i).get("text")));
                List<Integer> tokens = new ArrayList<>();
                ids.forEach(id -> tokens.add(id.asInt()));
                GreedyTokens.check(prompts.get(i), judges.get(i), tokens);
            }
            browser.evaluate("engine.close()");
        }
    }

    @Test
    void isolatedPageWithoutSharedMemoryHasOneThread() throws IOException, InterruptedException {
        browser.close();
        Map<String, String> environment = new HashMap<>(WebKit.ENVIRONMENT);
        environment.remove("JSC_useSharedArrayBuffer");
        browser = new WebKit(environment);
        openIsolated();
        JsonNode device = browser.evaluate(LOAD.formatted(2));
        assertEquals(1, device.get("threads").asInt());
        assertTrue(device.get("reason").asText().endsWith("one thread, since this browser has no shared memory"));
        assertEquals(ANSWER, browser.evaluate(ASK).asText());
    }

    @Test
    void modelIsStoredAndLoadedAgain() throws IOException, InterruptedException {
        browser.open(host.address() + "icon.svg");
        browser.evaluate(LOAD.formatted(1));
        browser.evaluate("engine.close()");
        JsonNode stored = browser.evaluate("Demitasse.models.list()");
        assertTrue(stored.at("/0/complete").asBoolean(), stored::toString);
        host.requests().clear();
        browser.evaluate(LOAD.formatted(1));
        assertEquals(ANSWER, browser.evaluate(ASK).asText());
        assertFalse(host.requests().contains(PlainHost.MODEL), () -> "fetched again: " + host.requests());
    }

    /** WebKit's private windows lose a cache when its last user ends. The page keeps it open, and a lost one is created again. */
    @Test
    void loadContinuesAfterOneThatWasCutAtAnyPoint() throws IOException, InterruptedException {
        browser.open(host.address() + "icon.svg");
        for (int percent = 0; percent < 100; percent += 15) {
            JsonNode end = browser.evaluate("""
                    (async () => {
                      const { Demitasse } = await import('/demitasse.js');
                      const stop = new AbortController();
                      const onProgress = ({ loaded, total }) => loaded >= %d / 100 * total && stop.abort();
                      return Demitasse.load('/models/smollm2.gguf', { contextLength: 512, signal: stop.signal, onProgress }).then(
                        () => 'loaded',
                        ({ name }) => name,
                      );
                    })()""".formatted(percent));
            assertEquals("AbortError", end.asText(), "at " + percent + " %");
        }
        browser.evaluate(LOAD.formatted(1));
        assertEquals(ANSWER, browser.evaluate(ASK).asText());
        // On a new page, nobody keeps the cache open.
        browser.open(host.address() + "icon.svg");
        browser.evaluate(LOAD.formatted(1));
        assertEquals(ANSWER, browser.evaluate(ASK).asText());
    }

    @Test
    void answerIsStopped() throws IOException, InterruptedException {
        browser.open(host.address() + "icon.svg");
        browser.evaluate(LOAD.formatted(1));
        JsonNode end = browser.evaluate("""
                (async () => {
                  const stop = new AbortController();
                  const body = { prompt: 'Once upon a time', max_tokens: 400, stream: true };
                  let tokens = 0;
                  for await (const chunk of await engine.completions.create(body, { signal: stop.signal })) {
                    if (++tokens === 5) {
                      stop.abort();
                    }
                  }
                  return tokens;
                })()""");
        assertTrue(end.asInt() < 20, end::toString);
        assertEquals(ANSWER, browser.evaluate(ASK).asText());
    }

    @Test
    void elementAnswersOnAPageOfAnotherOrigin(@TempDir Path pages) throws IOException, InterruptedException {
        Files.writeString(pages.resolve("index.html"), """
                <!doctype html>
                <title>A page of another origin</title>
                <script type="module" src="%1$sdemitasse-chat.js"></script>
                <demitasse-chat model="%1$smodels/smollm2.gguf" temperature="0" autoload></demitasse-chat>
                """.formatted(host.address()));
        try (PlainHost embedding = new PlainHost(pages, "/", Map.of());
                PlainHost allowing = new PlainHost(SITE, "/", Map.of("Access-Control-Allow-Origin", "*"))) {
            Files.writeString(
                    pages.resolve("index.html"),
                    Files.readString(pages.resolve("index.html")).replace(host.address(), allowing.address()));
            browser.open(embedding.address());
            assertEquals(ANSWER, browser.evaluate("""
                            new Promise((resolve) => {
                              const root = () => document.querySelector('demitasse-chat').shadowRoot;
                              const ready = () => {
                                const input = root()?.querySelector('textarea');
                                const send = root()?.querySelector('[part~="send"]');
                                if (!send || send.disabled) {
                                  setTimeout(ready, 100);
                                  return;
                                }
                                input.value = 'What is the capital of France?';
                                input.dispatchEvent(new Event('input'));
                                send.click();
                                setTimeout(answered, 200);
                              };
                              const answered = () => {
                                const text = root().querySelector('.markdown')?.textContent.trim() ?? '';
                                text.endsWith('.') ? resolve(text) : setTimeout(answered, 100);
                              };
                              ready();
                            })""").asText());
        }
    }

    /** Opens the chat page, which reloads itself once its service worker can isolate it, and waits for its engine. */
    private void openIsolated() throws IOException, InterruptedException {
        browser.open(host.address());
        String last = "";
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            try {
                JsonNode page = browser.evaluate("""
                        ({
                          state: document.body.dataset.state,
                          isIsolated: crossOriginIsolated,
                          message: document.getElementById('error-message').textContent,
                        })""");
                last = page.toString();
                assertEquals("", page.get("message").asText());
                if (page.get("state").asText().equals("ready")
                        && page.get("isIsolated").asBoolean()) {
                    return;
                }
            } catch (IllegalStateException e) {
                last = e.getMessage(); // the page is reloading
            }
            Thread.sleep(PAUSE_MS);
            if (attempt % ATTEMPTS_OF_A_VISIT == ATTEMPTS_OF_A_VISIT - 1) {
                browser.open(host.address()); // a worker that was installed too late isolates the next visit
            }
        }
        fail("the page does not become ready: " + last);
    }
}
