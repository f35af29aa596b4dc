package dev.demitasse.bench;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import dev.demitasse.TestWeights;
import dev.demitasse.e2e.Browser;
import dev.demitasse.e2e.ChromiumProcess;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Uses a tab for a long time: thousands of questions, with aborts, in alternating sessions that are closed when they are full. Prints
 * the memory of the tab, and compares every 50th answer with that of a newly loaded engine.
 *
 * <pre>bench/run LongRun TURNS</pre>
 */
public final class LongRun {
    private static final int CHECK = 50;
    private static final int REPORT = 100;
    /** Difference of log probabilities below which rounding may decide, because reading a sequence in parts rounds differently. */
    private static final double NEAR_TIE = 0.01;

    private static final Map<String, Object> OPTIONS = Map.of("contextLength", 1024, "device", "cpu");

    /** Defines a function that returns a greedy answer: its text, and its tokens with log probabilities. */
    private static final String ASK = """
            () => {
              globalThis.ask = async (calls, messages) => {
                const { choices: [{ message, logprobs }] } = await calls.chat.completions.create(
                  { messages, temperature: 0, max_tokens: 24, logprobs: true, top_logprobs: 2 });
                return { text: message.content, tokens: logprobs.content };
              };
            }""";

    private static final String BEGIN = """
            () => {
              let state = 1;
              globalThis.random = (below) => { // Numerical Recipes' generator
                state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
                return Math.floor((state / 2 ** 32) * below);
              };
              const things = ['the sea', 'a fox', 'tea', 'the moon', 'an old clock', 'rain', 'a train', 'bread', 'chess', 'a lighthouse'];
              const asked = ['Tell me of', 'Why do people like', 'Name one thing about', 'Write a line on', 'What comes after'];
              globalThis.question = () => `${asked[random(5)]} ${things[random(10)]} and ${things[random(10)]}.`;
              globalThis.conversations = [{ calls: engine, messages: [] }];
              for (let i = 0; i < 3; i++) conversations.push({ calls: engine.session(), messages: [] });
              globalThis.current = conversations[0];
            }""";

    /** Asks a number of questions, and returns counts and the last question with its answer. */
    private static final String TURNS = """
            async (turns) => {
              const counts = { aborted: 0, cached: 0, prompt: 0, closed: 0 };
              let last;
              for (let turn = 1; turn <= turns; turn++) {
                if (random(3) === 0) current = conversations[random(conversations.length)];
                const { messages } = current;
                if (messages.length > 24) {
                  messages.length = 0;
                  if (current.calls !== engine) {
                    await current.calls.close();
                    current.calls = engine.session();
                  }
                  counts.closed++;
                }
                messages.push({ role: 'user', content: question() });
                if (turn === turns) {
                  last = { messages: [...messages], answer: await ask(current.calls, messages) };
                  messages.push({ role: 'assistant', content: last.answer.text });
                  break;
                }
                const stop = new AbortController();
                let left = random(8) === 0 ? random(12) : Infinity;
                let content = '';
                for await (const { choices, usage } of await current.calls.chat.completions.create(
                    { messages, temperature: 0, max_tokens: 24, stream: true, stream_options: { include_usage: true } },
                    { signal: stop.signal })) {
                  content += choices[0]?.delta.content ?? '';
                  if (usage) {
                    counts.prompt += usage.prompt_tokens;
                    counts.cached += usage.prompt_tokens_details.cached_tokens;
                  }
                  if (left-- === 0) {
                    stop.abort();
                    counts.aborted++;
                  }
                }
                messages.push({ role: 'assistant', content });
              }
              return { ...counts, ...last };
            }""";

    private LongRun() {}

    public static void main(String[] args) throws IOException {
        int turns = Integer.parseInt(args[0]);
        try (Browser browser = new Browser(TestWeights.smolLm2().toString(), new NewContextOptions())) {
            Page page = open(browser);
            page.evaluate(BEGIN);
            BrowserContext context = page.context();
            report(0, context, Map.of());
            int different = 0;
            for (int turn = CHECK; turn <= turns; turn += CHECK) {
                Map<?, ?> done = (Map<?, ?>) page.evaluate(TURNS, CHECK);
                if (!check(browser, done)) {
                    different++;
                }
                if (turn % REPORT == 0) {
                    report(turn, context, done);
                }
            }
            System.out.printf(
                    "%d answers of %d differ; errors: %s%n", different, turns / CHECK, browser.consoleErrors());
        }
    }

    private static Page open(Browser browser) {
        Page page = browser.open("icon.svg");
        Browser.loadEngine(page, OPTIONS);
        page.evaluate(ASK);
        return page;
    }

    private static void report(int turn, BrowserContext context, Map<?, ?> done) {
        ChromiumProcess renderer = ChromiumProcess.largest(context, "renderer");
        System.out.printf(
                Locale.ROOT,
                "%d turns: %.0f MB, peak %.0f MB; of the last %d: %s aborted, %s of %s prompt tokens reused, %s conversations ended%n",
                turn,
                renderer.megabytes(),
                renderer.peakMegabytes(),
                CHECK,
                done.get("aborted"),
                done.get("cached"),
                done.get("prompt"),
                done.get("closed"));
    }

    /** Returns whether a new engine gives the last answer, too. */
    private static boolean check(Browser browser, Map<?, ?> done) {
        Map<?, ?> answer = (Map<?, ?>) done.get("answer");
        Page page = open(browser);
        Map<?, ?> fresh = (Map<?, ?>) page.evaluate("(messages) => ask(engine, messages)", done.get("messages"));
        page.close();
        if (fresh.get("text").equals(answer.get("text"))) {
            return true;
        }
        double gap = gap((List<?>) answer.get("tokens"), (List<?>) fresh.get("tokens"));
        System.out.printf(
                Locale.ROOT, "%s%n  but a new engine: %s%n  gap %.5f%n", answer.get("text"), fresh.get("text"), gap);
        return gap < NEAR_TIE;
    }

    /** Returns the difference of the log probabilities of the two most probable tokens where two answers differ first. */
    private static double gap(List<?> tokens, List<?> others) {
        int at = 0;
        while (token(tokens.get(at)).equals(token(others.get(at)))) {
            at++;
        }
        List<?> top = (List<?>) ((Map<?, ?>) others.get(at)).get("top_logprobs");
        return logProb(top.get(0)) - logProb(top.get(1));
    }

    private static Object token(Object token) {
        return ((Map<?, ?>) token).get("token");
    }

    private static double logProb(Object token) {
        return ((Number) ((Map<?, ?>) token).get("logprob")).doubleValue();
    }
}
