package dev.demitasse.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Tests that an answer goes on after its worker has failed, has been killed or says nothing any more. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestartTest {
    /** Lets the worker run {@code fault} before it posts its {@code n}-th output. */
    private static final String AT_OUTPUT = """
            {
              const post = self.postMessage.bind(self);
              const threads = [];
              const Thread = self.Worker;
              self.Worker = class extends Thread {
                constructor(...args) { super(...args); threads.push(this); }
              };
              let outputs = 0;
              self.postMessage = (message, ...more) => {
                if (message.type === 'output' && ++outputs === %d) {
                  %s;
                }
                post(message, ...more);
              };
            }
            """;

    private static final Map<String, String> FAULTS = Map.of(
            "says nothing any more", "for (;;);",
            "throws", "setTimeout(() => { throw new Error('a fault'); }); return",
            "rejects", "Promise.reject(new Error('a fault'))",
            "ends", "self.close(); return",
            "drops its messages", "self.postMessage = () => {}; return",
            "traps", "setTimeout(() => (function deeper() { deeper(); })()); return",
            "has a thread that fails", "threads[0].dispatchEvent(new ErrorEvent('error', { message: 'unreachable' }))");

    /** Requests by a name: the path of the call, and its body without the prompt. */
    private static final Map<String, String> REQUESTS = Map.of(
            "greedy chat", "['chat.completions', { temperature: 0, max_tokens: 12, stream: true }]",
            "sampled chat",
                    "['chat.completions', { temperature: 1.2, top_p: 0.95, seed: 7, max_tokens: 12, stream: true,"
                            + " frequency_penalty: 0.5, stream_options: { include_usage: true } }]",
            "sampled choices", "['chat.completions', { temperature: 1, seed: 3, max_tokens: 4, n: 3, stream: true }]",
            "whole choices", "['completions', { temperature: 1, seed: 3, max_tokens: 4, n: 2, best_of: 3 }]",
            "log probabilities",
                    "['chat.completions', { temperature: 0, max_tokens: 9, logprobs: true, top_logprobs: 2, stream: true }]",
            "JSON",
                    "['chat.completions', { temperature: 1, seed: 5, max_tokens: 40, response_format: { type:"
                            + " 'json_schema', json_schema: { name: 'a', schema: { type: 'object', properties: { colour:"
                            + " { enum: ['red fox', 'blue whale'] }, count: { enum: [1, 22, 333] } }, required: ['colour', 'count'],"
                            + " additionalProperties: false } } } }]",
            "response", "['responses', { temperature: 0, max_output_tokens: 12, stream: true }]",
            "whole response", "['responses', { temperature: 1, max_output_tokens: 12 }]");

    /** Asks, and returns the answer without times and identifiers, which must be the same in all chunks. */
    private static final String ASK = """
            async ([path, body, seed]) => {
              const calls = path.split('.').reduce((from, name) => from[name], engine);
              const prompt = 'Tell me about tea.';
              const input = { 'chat.completions': { messages: [{ role: 'user', content: prompt }] }, 'completions': { prompt } }[path]
                ?? { input: prompt };
              const random = Math.random;
              Math.random = () => 0.123; // the seed of a request without one
              globalThis.progress = [];
              const answer = calls.create({ ...input, ...body }, { onProgress: ({ phase }) => progress.push(phase) });
              Math.random = random;
              const same = (key, value) => (/^(id|item_id|created|created_at|timings|.*_tokens_details)$/.test(key) ? undefined : value);
              if (!body.stream) {
                return JSON.stringify(await answer, same);
              }
              const chunks = [];
              for await (const chunk of await answer) {
                chunks.push(chunk);
              }
              const ids = new Set(chunks.map(({ id }) => id));
              if (ids.size > 1) {
                throw new Error(`identifiers: ${[...ids]}`);
              }
              return JSON.stringify(chunks, same);
            }""";

    private Browser browser;
    private Page page;
    /** Script that the next worker runs first; the workers after it run none. */
    private String fault = "";

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        Path model = folder.resolve("tiny.gguf");
        TinyModel.write(model);
        browser = new Browser(model.toString(), new NewContextOptions());
        browser.shortenSeconds(100);
        browser.changeWorkers(this::takeFault);
        page = browser.open("icon.svg");
    }

    @AfterAll
    void stop() {
        browser.close();
    }

    private String takeFault() {
        String taken = fault;
        fault = "";
        return taken;
    }

    private void load(String script) {
        fault = script;
        Browser.loadEngine(page, Map.of("device", "cpu", "threads", 2));
    }

    private String ask(String request) {
        return (String) page.evaluate("async () => (%s)(%s)".formatted(ASK, request));
    }

    private String reason() {
        return (String) page.evaluate("() => engine.device.reason");
    }

    /** Each fault, and each kind of request, at an early and at a late token. */
    @TestFactory
    Stream<DynamicTest> answersGoOn() {
        Stream<String[]> faults = FAULTS.keySet().stream().map(name -> new String[] {name, "greedy chat"});
        Stream<String[]> requests = REQUESTS.keySet().stream().map(name -> new String[] {"ends", name});
        return Stream.concat(faults, requests).flatMap(pair -> Stream.of(1, 6)
                .map(at -> DynamicTest.dynamicTest(
                        pair[1] + ": the worker " + pair[0] + " at output " + at, () -> goesOn(pair[0], pair[1], at))));
    }

    private void goesOn(String name, String request, int at) {
        load("");
        String expected = ask(REQUESTS.get(request));
        page.evaluate("() => engine.close()");
        load(AT_OUTPUT.formatted(at, FAULTS.get(name)));
        assertEquals(expected, ask(REQUESTS.get(request)));
        assertTrue(reason().contains("; started again: "), reason());
        assertEquals(true, page.evaluate("() => progress.includes('restart')"));
        assertEquals(expected, ask(REQUESTS.get(request)), "the next answer");
        page.evaluate("() => engine.close()");
    }

    /** The other threads do the work of a thread that was killed between two passes. */
    @Test
    void anAnswerGoesOnWithoutItsThreads() {
        load("");
        String expected = ask(REQUESTS.get("greedy chat"));
        page.evaluate("() => engine.close()");
        load(AT_OUTPUT.formatted(3, "threads.forEach((thread) => thread.terminate())"));
        assertEquals(expected, ask(REQUESTS.get("greedy chat")));
        page.evaluate("() => engine.close()");
    }

    /** A worker that fails twice more without a token is given up; the engine answers the next request. */
    @Test
    void aRequestThatEndsEachWorkerFails() {
        browser.changeWorkers(() -> fault);
        try {
            load(AT_OUTPUT.formatted(1, "self.close(); return"));
            Map<?, ?> error = (Map<?, ?>) page.evaluate("""
                    async () => {
                      const { name, code, status, message } = await engine.completions.create({ prompt: 'tea' }).catch((e) => e);
                      return { name, code, status, message };
                    }""");
            assertEquals("engine_stopped", error.get("code"));
            assertEquals(500, error.get("status"));
            assertTrue(error.get("message").toString().contains("It was started again 2 times"), error.toString());
            fault = "";
            page.evaluate("() => engine.close()");
            load("");
            assertNotEquals("", ask(REQUESTS.get("greedy chat")));
        } finally {
            browser.changeWorkers(this::takeFault);
        }
    }

    /** A stream and a whole answer end though the worker says nothing; the next answer comes from another worker. */
    @Test
    void stopEndsAnAnswerOfASilentWorker() {
        load("");
        String expected = ask(REQUESTS.get("greedy chat"));
        page.evaluate("() => engine.close()");
        for (boolean stream : new boolean[] {true, false}) {
            load(AT_OUTPUT.formatted(5, "for (;;);"));
            Map<?, ?> stopped = (Map<?, ?>) page.evaluate("""
                    async (stream) => {
                      const stop = new AbortController();
                      const outputs = [];
                      const answer = engine.completions.create({ prompt: 'tea', max_tokens: 50, stream }, { signal: stop.signal });
                      if (!stream) {
                        await new Promise((resolve) => setTimeout(resolve, 500));
                        stop.abort();
                        return answer.catch(({ name }) => ({ name }));
                      }
                      for await (const { choices } of await answer) {
                        outputs.push(choices[0].text);
                        if (outputs.length === 4) {
                          stop.abort();
                        }
                      }
                      return { outputs: outputs.length };
                    }""", stream);
            assertEquals(stream ? Map.of("outputs", 4) : Map.of("name", "AbortError"), stopped);
            assertEquals(expected, ask(REQUESTS.get("greedy chat")));
            assertTrue(reason().contains("; started again: "), reason());
            page.evaluate("() => engine.close()");
        }
    }

    /** The keys and values of a session are computed again when it is saved. */
    @Test
    void sessionsSurvive() {
        load(AT_OUTPUT.formatted(10, "self.close(); return"));
        assertEquals(List.of(true, true), page.evaluate("""
                async () => {
                  const ask = (session) => session.completions.create({ prompt: 'one two three', max_tokens: 6, temperature: 0 });
                  const session = engine.session();
                  const first = await ask(session);
                  await session.save('a');
                  await engine.completions.create({ prompt: 'four five', max_tokens: 6, temperature: 0 }); // the worker ends
                  await session.save('b');
                  const [before, after] = await Promise.all(['a', 'b'].map(async (name) =>
                    (await engine.sessions.list()).find((saved) => saved.name === name)));
                  const restored = await engine.restoreSession('b');
                  const second = await ask(restored);
                  return [before.tokens === after.tokens && before.bytes === after.bytes, first.choices[0].text === second.choices[0].text];
                }"""));
        page.evaluate("() => engine.close()");
    }
}
