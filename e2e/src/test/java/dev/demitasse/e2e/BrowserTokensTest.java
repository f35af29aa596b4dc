package dev.demitasse.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.PlaywrightException;
import dev.demitasse.ReferenceFile;
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
 * Tests the JavaScript API in Chromium: tokens equal those of llama.cpp on float32 weights up to the first near-tie, which the rounding
 * of the kernels may flip.
 */
class BrowserTokensTest {
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
        JsonNode prompts = ReferenceFile.json("smollm2-135m-greedy-f32.json");
        JsonNode judge = ReferenceFile.json("smollm2-135m-hf.json");
        List<DynamicTest> tests = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            JsonNode prompt = prompts.get(i);
            JsonNode best = judge.get(i);
            tests.add(DynamicTest.dynamicTest(prompt.get("name").asText(), () -> {
                List<?> ids = (List<?>) page.evaluate("""
                        async (prompt) => {
                          const { choices } = await engine.completions.create({
                            prompt,
                            max_tokens: 64,
                            temperature: 0,
                            return_tokens: true,
                          });
                          return choices[0].tokens;
                        }""", prompt.get("text").asText());
                GreedyTokens.check(prompt, best, ids);
            }));
        }
        return tests;
    }

    @Test
    void progressCountsEveryByte() {
        @SuppressWarnings("unchecked")
        List<List<Object>> progress = (List<List<Object>>) page.evaluate("progress.filter(([p]) => p === 'download')");
        assertTrue(progress.size() > 10);
        assertEquals(List.of("download", 98_362_432, 98_362_432), progress.get(progress.size() - 1));
    }

    /** Tokens that are guessed and verified in drafts equal those that are generated one by one. */
    @Test
    void guessesDoNotChangeTokens() {
        List<?> answers = (List<?>) page.evaluate("""
                async () => {
                  const answer = (speculative, temperature) => engine.completions.create({
                    prompt: '1, 2, 3, 1, 2, 3, 1,',
                    max_tokens: 150,
                    temperature,
                    seed: 1,
                    speculative,
                    return_tokens: true,
                  });
                  const answers = [];
                  for (const temperature of [0, 0.5]) {
                    answers.push(await answer(false, temperature), await answer(true, temperature));
                  }
                  return answers.map(({ choices, timings }) => [String(choices[0].tokens), timings.draft_n_accepted > 0]);
                }""");
        for (int i = 0; i < answers.size(); i += 2) {
            List<?> without = (List<?>) answers.get(i);
            assertEquals(false, without.get(1));
            assertEquals(List.of(without.get(0), true), answers.get(i + 1));
        }
    }

    @Test
    void secondTurnReadsNewTokensOnly() {
        Map<?, ?> usage = (Map<?, ?>) page.evaluate("""
                async () => {
                  const messages = [{ role: 'user', content: 'What is the capital of France?' }];
                  const { choices } = await engine.chat.completions.create({ messages, temperature: 0 });
                  messages.push(choices[0].message, { role: 'user', content: 'Thanks!' });
                  const second = await engine.chat.completions.create({ messages, temperature: 0, max_tokens: 1 });
                  return second.usage.prompt_tokens_details;
                }""");
        // 37 tokens of the first prompt, and the 7 tokens of the answer before its end token.
        assertEquals(44, usage.get("cached_tokens"));
    }

    @Test
    void wrongOptionsAreNamed() {
        assertRejects(
                "max_tokns is not known", "engine.completions.create({ prompt: 'a', max_tokns: 1, strict: true })");
        assertRejects("temperature is \"hot\"", "engine.completions.create({ prompt: 'a', temperature: 'hot' })");
        assertRejects("top_p is 2; it must be", "engine.completions.create({ prompt: 'a', top_p: 2 })");
        assertRejects("max_tokens is 0", "engine.completions.create({ prompt: 'a', max_tokens: 0 })");
        assertRejects("prompt is empty", "engine.completions.create({ prompt: '' })");
    }

    @Test
    void wrongLoadOptionsAreNamed() {
        for (String bytes : new String[] {"-1", "0.5", "'256 MiB'"}) {
            assertRejects(
                    "prefixCacheBytes",
                    "import('/demitasse.js').then(({ Demitasse }) => Demitasse.load('/models/none.gguf', "
                            + "{ device: 'cpu', prefixCacheBytes: " + bytes + " }))");
        }
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
