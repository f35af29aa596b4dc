package dev.demitasse.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tests the JavaScript API on real weights. */
class ApiTest {
    private static Browser browser;
    private static Page page;

    @BeforeAll
    static void load() throws IOException {
        browser = new Browser(new NewContextOptions());
        page = open();
    }

    @AfterAll
    static void close() {
        browser.close();
    }

    private static Page open() {
        Page page = browser.open("icon.svg");
        Browser.loadEngine(page, Map.of("contextLength", 4096, "device", "cpu"));
        page.evaluate("""
                () => {
                  globalThis.france = [{ role: 'user', content: 'What is the capital of France?' }];
                  globalThis.colour = [{ role: 'user', content: 'Name a colour, and say why.' }];
                  // A few greedy tokens: [text, prompt tokens, reused tokens of the prompt]
                  globalThis.ask = async (calls, messages, options) => {
                    const { choices, usage } = await calls.chat.completions.create(
                      { messages, temperature: 0, max_tokens: 8, ...options });
                    return [choices[0].message.content, usage.prompt_tokens, usage.prompt_tokens_details.cached_tokens];
                  };
                }""");
        return page;
    }

    /** In a chat of 2,000 tokens, the second turn reads the new tokens only. */
    @Test
    void secondTurnOfALongChatReadsNewTokensOnly() {
        @SuppressWarnings("unchecked")
        List<Map<String, Object>> turns = (List<Map<String, Object>>) page.evaluate("""
                async () => {
                  const session = engine.session();
                  const words = Array.from({ length: 1980 }, (_, i) => ['one', 'two', 'three', 'four'][i % 4]).join(' ');
                  const messages = [{ role: 'user', content: `${words}. What is the capital of France?` }];
                  const turns = [];
                  for (const question of ['And of Spain?', '']) {
                    const { choices, usage, timings } = await session.chat.completions.create(
                      { messages, temperature: 0, max_tokens: 12 });
                    turns.push({ ...usage, ...timings, cached: usage.prompt_tokens_details.cached_tokens });
                    messages.push(choices[0].message, { role: 'user', content: question });
                    await ask(engine, france); // another session's turn in between
                  }
                  await session.close();
                  return turns;
                }""");
        int first = (int) turns.get(0).get("prompt_tokens");
        int generated = (int) turns.get(0).get("completion_tokens");
        assertTrue(first >= 2000, "tokens: " + first);
        // Only the tokens that all chats begin with.
        assertTrue(
                (int) turns.get(0).get("cached") < 40, "reused: " + turns.get(0).get("cached"));
        // All tokens that were run; the last token of the answer was not.
        assertEquals(first + generated - 1, turns.get(1).get("cached"));
        assertEquals(
                (int) turns.get(1).get("prompt_tokens") - (int) turns.get(1).get("cached"),
                turns.get(1).get("prompt_n"));
    }

    @Test
    void sessionsKeepTheirOwnKeysAndValues() {
        assertEquals(List.of(36, 37, 36), page.evaluate("""
                async () => {
                  const [one, two] = [engine.session(), engine.session()];
                  const reused = [];
                  let answers = [];
                  for (const [session, messages] of [[one, france], [two, colour], [one, france], [two, colour], [one, france]]) {
                    const [text, , cached] = await ask(session, messages);
                    reused.push(cached);
                    answers.push(text);
                  }
                  if (answers[0] !== answers[2] || answers[1] !== answers[3] || answers[0] !== answers[4]) {
                    throw new Error(`other answers: ${answers}`);
                  }
                  await Promise.all([one.close(), two.close()]);
                  return reused.slice(2);
                }"""));
    }

    /** A long system prompt is read once for all open and closed conversations, and a conversation once if the page returns to it. */
    @Test
    void commonPrefixIsReadOnce() {
        assertEquals(List.of(true, true, true, "same answers"), page.evaluate("""
                async () => {
                  const rules = Array.from({ length: 60 }, (_, i) => `Rule ${i}: be brief.`).join(' ');
                  const chat = (question) => [{ role: 'system', content: rules }, { role: 'user', content: question }];
                  const unread = ([, prompt, cached]) => prompt - cached;
                  const one = engine.session();
                  const first = await ask(one, chat('What is the capital of France?'));
                  await one.close();
                  await ask(engine, colour);
                  const two = engine.session();
                  const other = await ask(two, chat('Name a colour.'));
                  await two.close();
                  // The engine's own conversation, after another one.
                  const turn = [...chat('Name an animal.'), { role: 'assistant', content: 'A cat.' }, { role: 'user', content: 'Another.' }];
                  const before = await ask(engine, turn);
                  await ask(engine, colour);
                  const after = await ask(engine, turn);
                  return [unread(first) > 400, unread(other) < 20, unread(after) === 1,
                    before[0] === after[0] ? 'same answers' : [before, after].join()];
                }"""));
    }

    /** Without memory for waiting sessions, they read their prompts again, and also when they are saved. */
    @Test
    void sessionsContinueWithoutMemory() {
        Page other = browser.open("icon.svg");
        Browser.loadEngine(other, Map.of("contextLength", 512, "device", "cpu", "prefixCacheBytes", 0));
        assertEquals(List.of(0, "same", 40), other.evaluate("""
                async () => {
                  const run = async (calls, prompt) => {
                    const { choices, usage } = await calls.completions.create({ prompt, temperature: 0, max_tokens: 8 });
                    return [choices[0].text, usage.prompt_tokens_details.cached_tokens];
                  };
                  const one = engine.session();
                  const prompt = 'Once upon a time';
                  const [before] = await run(one, prompt);
                  await run(engine, 'The capital of France is');
                  const [after, cached] = await run(one, prompt);
                  const { usage } = await one.completions.create({ prompt: 'a '.repeat(32), temperature: 0, max_tokens: 9, logit_bias: { 2: -100, 0: -100 } });
                  await run(engine, 'The capital of France is');
                  await one.save('unheld');
                  const [{ tokens }] = (await engine.sessions.list()).filter(({ name }) => name === 'unheld');
                  await engine.sessions.delete('unheld');
                  return [cached, before === after ? 'same' : 'different', tokens - usage.prompt_tokens + 32];
                }"""));
        other.close();
    }

    /** A session that is saved, and restored by another page, gives the same tokens and reads none twice. */
    @Test
    void savedSessionContinuesInAnotherVisit() {
        Page other = open();
        List<?> whole = (List<?>) other.evaluate("""
                async () => {
                  const session = engine.session();
                  await ask(session, colour);
                  await session.save('about colours');
                  return (await session.chat.completions.create(
                    { messages: colour, temperature: 0.8, seed: 3, max_tokens: 24, return_tokens: true })).choices[0].tokens;
                }""");
        other.close();
        Page third = open();
        Map<?, ?> restored = (Map<?, ?>) third.evaluate("""
                async () => {
                  const [saved] = (await engine.sessions.list()).filter(({ name }) => name === 'about colours');
                  const session = await engine.restoreSession('about colours');
                  const { choices, usage } = await session.chat.completions.create(
                    { messages: colour, temperature: 0.8, seed: 3, max_tokens: 24, return_tokens: true });
                  await engine.sessions.delete('about colours');
                  return {
                    saved, tokens: choices[0].tokens, left: (await engine.sessions.list()).length,
                    read: usage.prompt_tokens - usage.prompt_tokens_details.cached_tokens,
                  };
                }""");
        assertEquals(whole, restored.get("tokens"));
        assertEquals(1, restored.get("read"));
        assertEquals(0, restored.get("left"));
        assertTrue(((Number) ((Map<?, ?>) restored.get("saved")).get("tokens")).intValue() > 40);
        third.close();
    }

    @Test
    void abortStopsWithinAToken() {
        assertEquals(List.of("AbortError", "AbortError", "ended", 3), page.evaluate("""
                async () => {
                  const story = { prompt: 'Once upon a time', max_tokens: 2000, temperature: 0, logit_bias: { 2: -100, 0: -100 } };
                  const run = (signal) => engine.completions.create(story, { signal });
                  const stopped = new AbortController();
                  setTimeout(() => stopped.abort(), 100);
                  const first = run(stopped.signal);
                  const waiting = new AbortController();
                  const second = run(waiting.signal); // queued behind it
                  waiting.abort();
                  const names = [await first.catch(({ name }) => name), await second.catch(({ name }) => name)];
                  const third = new AbortController();
                  let count = 0;
                  for await (const chunk of await engine.completions.create(
                      { ...story, stream: true, return_tokens: true }, { signal: third.signal })) {
                    if (++count === 3) {
                      third.abort();
                      await new Promise((resolve) => setTimeout(resolve, 300));
                    }
                  }
                  names.push('ended');
                  // Chunks that arrived before the abort can still be read: at most a token or two.
                  return [...names, count <= 5 ? 3 : count];
                }"""));
    }

    @Test
    void overlappingCallsAreAnsweredInOrder() {
        assertEquals(List.of(1, 2, 3), page.evaluate("""
                async () => {
                  const order = [];
                  await Promise.all([1, 2, 3].map(async (most) => {
                    const { usage } = await engine.completions.create({ prompt: 'One two', max_tokens: most, temperature: 0 });
                    order.push(usage.completion_tokens);
                  }));
                  return order;
                }"""));
    }

    @Test
    void choicesDifferAndDependOnTheSeed() {
        @SuppressWarnings("unchecked")
        List<List<String>> texts = (List<List<String>>) page.evaluate("""
                async () => {
                  const run = async () => (await engine.completions.create(
                    { prompt: 'A list of animals:', n: 3, seed: 5, temperature: 1.5, max_tokens: 8 })).choices.map(({ text }) => text);
                  return [await run(), await run()];
                }""");
        assertEquals(texts.get(0), texts.get(1));
        assertNotEquals(texts.get(0).get(0), texts.get(0).get(1));
        assertEquals(3, texts.get(0).size());
    }

    @Test
    void chunksAddUpToTheAnswer() {
        Map<?, ?> both = (Map<?, ?>) page.evaluate("""
                async () => {
                  const asked = { messages: france, temperature: 0, logprobs: true, top_logprobs: 2 };
                  const { choices } = await engine.chat.completions.create(asked);
                  let text = '';
                  const tokens = [];
                  let last;
                  for await (const chunk of await engine.chat.completions.create(
                      { ...asked, stream: true, stream_options: { include_usage: true } })) {
                    text += chunk.choices[0]?.delta.content ?? '';
                    tokens.push(...(chunk.choices[0]?.logprobs?.content ?? []));
                    last = chunk;
                  }
                  const sums = tokens.map(({ top_logprobs: top }) => Math.exp(top[0].logprob) + Math.exp(top[1].logprob));
                  return {
                    whole: choices[0].message.content, text, usage: last.usage, count: tokens.length,
                    same: JSON.stringify(tokens) === JSON.stringify(choices[0].logprobs.content),
                    sound: sums.every((sum) => sum > 0 && sum <= 1.000001)
                      && tokens.every(({ logprob, top_logprobs: top }) => logprob === top[0].logprob),
                  };
                }""");
        assertEquals("The capital of France is Paris.", both.get("whole"));
        assertEquals(both.get("whole"), both.get("text"));
        assertEquals(8, both.get("count")); // the end's, too
        assertEquals(true, both.get("same"));
        assertEquals(true, both.get("sound"));
        assertEquals(8, ((Map<?, ?>) both.get("usage")).get("completion_tokens"));
    }

    @Test
    void optionsChangeTheAnswer() {
        assertEquals(List.of("The capital of", "stop", "London", "logit_bias.x"), page.evaluate("""
                async () => {
                  const run = (more) => engine.chat.completions.create({ messages: france, temperature: 0, max_tokens: 9, ...more });
                  const stopped = (await run({ stop: ' France' })).choices[0];
                  const [paris] = await engine.tokenize(' Paris');
                  const [london] = await engine.tokenize(' London');
                  const biased = (await run({ logit_bias: { [paris]: -100, [london]: 100 }, max_tokens: 6 })).choices[0];
                  const { param } = await run({ logit_bias: { x: 1 } }).catch((error) => error);
                  return [stopped.message.content, stopped.finish_reason, biased.message.content.trim().split(' ')[0], param];
                }"""));
    }

    @Test
    void answerContinuesInAFullContextIfAllowed() {
        Page other = browser.open("icon.svg");
        Browser.loadEngine(other, Map.of("contextLength", 64, "device", "cpu"));
        assertEquals(List.of("length", 61, "length", 150, "n_keep"), other.evaluate("""
                async () => {
                  const run = async (more) => {
                    const { choices, usage } = await engine.completions.create(
                      { prompt: 'Once upon a time', temperature: 0, max_tokens: 150, logit_bias: { 2: -100, 0: -100 }, ...more });
                    return [choices[0].finish_reason, usage.completion_tokens];
                  };
                  const { param } = await run({ context_shift: true, n_keep: 33 }).catch((error) => error);
                  return [...await run({}), ...await run({ context_shift: true }), param];
                }"""));
        other.close();
    }
}
