package dev.demitasse.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.PlaywrightException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The JavaScript API in Chromium: the tokens that llama.cpp on float32 weights gives, up to the first near-tie, which the kernels' rounding
 * may flip.
 */
class BrowserTokensTest {
    /** Logits that rounding may swap. */
    private static final double NEAR_TIE = 0.01;

    private static Browser browser;
    private static Page page;

    @BeforeAll
    static void load() throws IOException {
        browser = new Browser(new NewContextOptions());
        page = browser.open("icon.svg"); // the API alone, without the chat page's own engine
        page.evaluate("""
                async () => {
                  const { Demitasse } = await import('/demitasse.js');
                  const { default: model } = await (await fetch('/models.json')).json();
                  globalThis.progress = [];
                  globalThis.engine = await Demitasse.load(new URL(model, location.origin).href, {
                    onProgress: ({ phase, loaded, total }) => progress.push([phase, loaded, total]),
                  });
                }""");
    }

    @AfterAll
    static void close() {
        browser.close();
    }

    @TestFactory
    List<DynamicTest> greedyTokensEqualLlamaCpps() throws IOException {
        JsonNode prompts = json("smollm2-135m-greedy-f32.json");
        JsonNode judge = json("smollm2-135m-hf.json");
        List<DynamicTest> tests = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            JsonNode prompt = prompts.get(i);
            JsonNode best = judge.get(i).get("steps");
            tests.add(DynamicTest.dynamicTest(prompt.get("name").asText(), () -> {
                List<?> ids = (List<?>) page.evaluate("""
                        async (prompt) => {
                          const ids = [];
                          await engine.complete(prompt, {
                            maxTokens: 64,
                            temperature: 0,
                            onToken: (text, id) => ids.push(id),
                          });
                          return ids;
                        }""", prompt.get("text").asText());
                List<?> expected = new ObjectMapper().convertValue(prompt.get("generated_ids"), List.class);
                int step = 0;
                while (step < expected.size()
                        && step < ids.size()
                        && expected.get(step).equals(ids.get(step))) {
                    step++;
                }
                if (step < expected.size() || step < ids.size()) {
                    double gap = best.get(step).get(1).asDouble()
                            - best.get(step).get(2).asDouble();
                    assertTrue(gap < NEAR_TIE, "no near-tie at step " + step + ": gap " + gap);
                }
            }));
        }
        return tests;
    }

    private static JsonNode json(String name) throws IOException {
        return new ObjectMapper().readTree(BrowserTokensTest.class.getResource("/reference/" + name));
    }

    @Test
    void progressCountsEveryByte() {
        @SuppressWarnings("unchecked")
        List<List<Object>> progress = (List<List<Object>>) page.evaluate("progress.filter(([p]) => p === 'download')");
        assertTrue(progress.size() > 10);
        assertEquals(List.of("download", 98_362_432, 98_362_432), progress.get(progress.size() - 1));
    }

    @Test
    void aSecondTurnReadsOnlyWhatIsNew() {
        Map<?, ?> usage = (Map<?, ?>) page.evaluate("""
                async () => {
                  const messages = [{ role: 'user', content: 'What is the capital of France?' }];
                  const first = await engine.chat(messages, { temperature: 0 });
                  messages.push({ role: 'assistant', content: first.text }, { role: 'user', content: 'Thanks!' });
                  return (await engine.chat(messages, { temperature: 0, maxTokens: 1 })).usage;
                }""");
        // 37 of the first prompt and the answer's 7 before its end token.
        assertEquals(44, usage.get("cachedTokens"));
    }

    @Test
    void wrongOptionsAreNamed() {
        assertRejects("unknown option: maxTokns", "engine.complete('a', { maxTokns: 1 })");
        assertRejects("option temperature must be a number", "engine.complete('a', { temperature: 'hot' })");
        assertRejects("topP is 2.0", "engine.complete('a', { topP: 2 })");
        assertRejects("maxTokens is 0", "engine.complete('a', { maxTokens: 0 })");
        assertRejects("the prompt is empty", "engine.complete('')");
        assertRejects("one chat at a time", """
                (async () => {
                  const first = engine.complete('a', { maxTokens: 1 });
                  await engine.complete('b', { maxTokens: 1 }).finally(() => first);
                })()""");
    }

    @Test
    void missingModelIsNamed() {
        assertRejects(
                "answered with status 404",
                "import('/demitasse.js').then(({ Demitasse }) => Demitasse.load('/models/none.gguf'))");
    }

    private static void assertRejects(String message, String expression) {
        PlaywrightException e = assertThrows(PlaywrightException.class, () -> page.evaluate("() => " + expression));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }
}
