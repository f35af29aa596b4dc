package dev.demitasse.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Injects faults of the network, the storage, the worker, the GPU, memory and time while an engine loads a model, answers, saves a session
 * and restores it. Each ends in the answer of an undisturbed engine or in an error with a message, and then an engine answers.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultInjectionTest {
    /** Time in which a scenario must end; no scenario waits for ever. */
    private static final int LIMIT_MS = 60_000;

    /** Lets a worker's time pass 20 times as fast, so that it does not wait long for silent servers and between attempts. */
    private static final String FAST_CLOCK = """
            const { setTimeout: pause } = self;
            self.setTimeout = (action, delay, ...more) => pause(action, delay / 20, ...more);
            for (const clock of [performance, Date]) {
              const now = clock.now.bind(clock);
              const start = now();
              clock.now = () => start + 20 * (now() - start);
            }
            """;

    /** Loads, answers, saves and restores. Returns the answers, or the error of the step that failed. */
    private static final String SCENARIO = """
            async ([number, device, limit]) => {
              globalThis.isHit = false;
              globalThis.faults ??= Object.assign(new BroadcastChannel('faults'), { onmessage: () => (globalThis.isHit = true) });
              const { Demitasse } = await import('/demitasse.js');
              const { default: model } = await (await fetch('/models.json')).json();
              const ask = async (calls) => {
                const stream = await calls.completions.create({ prompt: 'the tea', max_tokens: 10, temperature: 0, stream: true });
                let text = '';
                for await (const { choices } of stream) text += choices[0]?.text ?? '';
                return text;
              };
              const run = async () => {
                const url = new URL(`${model}?case=${number}`, location.origin).href;
                const engine = await Demitasse.load(url, { device, contextLength: 256, threads: 2 });
                try {
                  const session = engine.session();
                  const answers = [await ask(session)];
                  await session.save('kept');
                  answers.push(await ask(await engine.restoreSession('kept')));
                  return { answers };
                } finally {
                  engine.close();
                }
              };
              const late = new Promise((resolve) => setTimeout(() => resolve({ hangs: true }), limit));
              const error = (thrown) => ({ isError: thrown instanceof Error, message: String(thrown?.message) });
              return Promise.race([run().catch(error), late]);
            }""";

    private final Path docs = Path.of("../docs/reliability.md");
    private final List<Faults.Fault> faults = Faults.all();
    private Browser browser;
    private Page page;
    private String library;
    /** Script of the workers of the current scenario. */
    private String fault = "";
    /** Whether only the first of these workers has the fault. */
    private boolean isOnce;
    /** The answers of an undisturbed engine. */
    private Object expected;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        library = new String(getClass().getResourceAsStream("faults.js").readAllBytes(), StandardCharsets.UTF_8);
        Path model = folder.resolve("tiny.gguf");
        TinyModel.writeSmall(model);
        browser = new Browser(model.toString(), new NewContextOptions(), Chromium.SOFTWARE_WEBGPU);
        browser.shortenSeconds(200);
        browser.changeWorkers(this::takeFault);
        page = browser.open("icon.svg");
        expected = run(-1, "cpu").get("answers");
    }

    @AfterAll
    void stop() {
        browser.close();
    }

    /** Returns the script of the next worker. A worker that replaces one that has failed has no fault. */
    private String takeFault() {
        String taken = fault;
        fault = isOnce ? "" : fault;
        return taken;
    }

    private Map<?, ?> run(int number, String device) {
        return (Map<?, ?>) page.evaluate(SCENARIO, List.of(number, device, LIMIT_MS));
    }

    @TestFactory
    Stream<DynamicTest> endsInAnAnswerOrAMessage() {
        return Stream.iterate(0, number -> number < faults.size(), number -> number + 1)
                .map(number -> DynamicTest.dynamicTest(
                        faults.get(number).name(), () -> endsInAnAnswerOrAMessage(number, faults.get(number))));
    }

    private void endsInAnAnswerOrAMessage(int number, Faults.Fault injected) {
        if (injected.isStored()) {
            assertEquals(expected, run(number, "cpu").get("answers"));
        }
        isOnce = injected.kind().equals("worker");
        String clock = injected.device().equals("cpu") ? FAST_CLOCK : ""; // to open a GPU has a time limit, too
        fault = "{" + clock + library + injected.script() + "}";
        Map<?, ?> outcome;
        try {
            outcome = run(number, injected.device());
        } finally {
            fault = "";
        }
        if (outcome.get("hangs") != null) {
            page.close();
            page = browser.open("icon.svg");
        }
        assertEquals(null, outcome.get("hangs"), "it waits for ever");
        assertEquals(true, page.evaluate("() => isHit"), "the fault has not happened: " + outcome);
        if (outcome.get("answers") != null) {
            assertEquals(expected, outcome.get("answers"));
        } else {
            assertEquals(true, outcome.get("isError"), outcome.toString());
            String message = (String) outcome.get("message");
            assertTrue(message.length() > 10 && !message.contains("undefined") && !message.contains("null"), message);
        }
        assertEquals(expected, run(number, "cpu").get("answers"), "the next engine after: " + outcome);
    }

    /** The table in docs/reliability.md counts these faults. */
    @Test
    void documentationCountsTheFaults() throws IOException {
        Map<String, Integer> counts = new TreeMap<>();
        faults.forEach(injected -> counts.merge(injected.kind(), 1, Integer::sum));
        Map<String, Integer> documented = new TreeMap<>();
        Matcher row = Pattern.compile("(?m)^\\| (\\w+) \\|.*\\| (\\d+) \\|$").matcher(Files.readString(docs));
        while (row.find()) {
            documented.put(row.group(1), Integer.parseInt(row.group(2)));
        }
        assertEquals(counts, documented);
        assertTrue(faults.size() >= 200, "faults: " + faults.size());
    }
}
