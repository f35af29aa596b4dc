package dev.demitasse.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests random sequences of operations on sessions, with different memory for waiting sessions. Every answer equals that of an engine
 * without cached tokens: before each prompt it reads a text whose first token is not that of chats.
 * {@code -Ddemitasse.operations=1000} sets the number of sequences, {@code -Ddemitasse.seed=7} the seed.
 */
class RandomOperationsTest {
    private static final int SEQUENCES = Integer.getInteger("demitasse.operations", 12);
    private static final int SEED = Integer.getInteger("demitasse.seed", 1);
    private static final int BATCH = 10;
    private static final int WINDOW = 30;

    private static final String DEFINE = """
            async ({ device, contextLength, length }) => {
              const { Demitasse } = await import('/demitasse.js');
              const { default: model } = await (await fetch('/models.json')).json();
              const load = (prefixCacheBytes) => Demitasse.load(
                new URL(model, location.origin).href, { contextLength, device, threads: 1, prefixCacheBytes });
              // A token takes 256 bytes; this is memory for no conversation, for one or two, and for all.
              const engines = [await load(0), await load(60_000 * length), await load(undefined)];
              const plain = await load(0);

              const request = { temperature: 0, logprobs: true, top_logprobs: 2 };
              const told = ({ choices: [{ message, logprobs }], usage }) => ({
                text: message.content, tokens: logprobs.content, cached: usage.prompt_tokens_details.cached_tokens });

              const known = new Map();
              async function expected(messages, most) {
                const key = JSON.stringify([most, messages]);
                if (!known.has(key)) {
                  await plain.completions.create({ prompt: 'forget', max_tokens: 1 });
                  const answer = told(await plain.chat.completions.create({ messages, max_tokens: most, ...request }));
                  if (answer.cached !== 0) throw new Error('tokens were cached');
                  known.set(key, answer);
                }
                return known.get(key);
              }

              /** Runs a sequence, and counts the operations, the answers, and the answers that differ by a near-tie. */
              globalThis.sequence = async (number, seed) => {
                let state = (number * 7919 + seed) >>> 0;
                const random = (below) => { // Numerical Recipes' generator
                  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
                  return Math.floor((state / 2 ** 32) * below);
                };
                const words = (most) => Array.from({ length: 1 + random(most * length) },
                  () => ['sea', 'fox', 'tea', 'moon', 'clock', 'rain', 'train', 'bread', 'chess', 'light'][random(10)]).join(' ');
                const engine = engines[number % engines.length];
                const log = [];
                const counts = { answers: 0, ties: 0, cached: 0, operations: {} };
                const systems = [words(120), words(10)];
                const begin = (calls) => ({ calls, messages: random(3) ? [{ role: 'system', content: systems[random(2)] }] : [] });
                const conversations = [begin(engine), begin(engine), begin(engine.session()), begin(engine.session())];
                let current = conversations[0];

                const answer = async () => {
                  const { messages } = current;
                  const most = 1 + random(8);
                  const asked = structuredClone(messages);
                  const got = told(await current.calls.chat.completions.create({ messages, max_tokens: most, ...request }));
                  const right = await expected(asked, most);
                  counts.answers++;
                  counts.cached += got.cached;
                  if (got.text !== right.text) {
                    const at = got.tokens.findIndex(({ token }, i) => token !== right.tokens[i]?.token);
                    const [first, second] = right.tokens[at].top_logprobs;
                    // Reading a sequence in parts rounds differently from reading it at once.
                    if (first.logprob - second.logprob > 1e-4) {
                      throw new Error(`sequence ${number}: ${log.join(', ')} gave ${got.text}, not ${right.text}: ${JSON.stringify(asked)}`);
                    }
                    counts.ties++;
                  }
                  messages.push({ role: 'assistant', content: got.text });
                };
                const ask = async () => {
                  current.messages.push({ role: 'user', content: words(random(4) ? 12 : 80) });
                  await answer();
                };
                const turns = () => current.messages.flatMap(({ role }, i) => (role === 'user' ? [i] : []));
                const operations = {
                  ask,
                  async abort() {
                    current.messages.push({ role: 'user', content: words(60) });
                    const stop = new AbortController();
                    let left = random(4);
                    const early = random(2) === 0;
                    if (early) setTimeout(() => stop.abort(), random(3));
                    let content = '';
                    try {
                      for await (const { choices } of await current.calls.chat.completions.create(
                          { messages: current.messages, temperature: 0, max_tokens: 20, stream: true }, { signal: stop.signal })) {
                        content += choices[0]?.delta.content ?? '';
                        if (!early && left-- === 0) stop.abort();
                      }
                    } catch (error) {
                      if (error.name !== 'AbortError') throw error;
                    }
                    if (random(2)) {
                      current.messages.push({ role: 'assistant', content });
                    } else {
                      current.messages.pop();
                    }
                  },
                  async edit() {
                    const at = turns()[random(turns().length)];
                    if (at !== undefined) {
                      current.messages.length = at;
                      await ask();
                    }
                  },
                  async regenerate() {
                    if (current.messages.at(-1)?.role === 'assistant') {
                      current.messages.pop();
                      await answer();
                    }
                  },
                  async save() {
                    if (current.calls !== engine) {
                      await current.calls.save(`random ${random(2)}`);
                    }
                  },
                  async restore() {
                    const name = `random ${random(2)}`;
                    if (current.calls !== engine && (await engine.sessions.list()).some((saved) => saved.name === name)) {
                      await current.calls.close();
                      current.calls = await engine.restoreSession(name);
                    }
                  },
                  async switch() {
                    current = conversations[random(conversations.length)];
                  },
                  async close() {
                    if (current.calls !== engine) {
                      await current.calls.close();
                      Object.assign(current, begin(engine.session()));
                    }
                  },
                  async embed() {
                    await engine.embeddings.create({ input: words(20) });
                  },
                };
                const names = Object.keys(operations);
                for (let i = 0; i < 16; i++) {
                  const name = random(3) ? ['ask', 'switch'][random(2)] : names[random(names.length)];
                  log.push(name);
                  counts.operations[name] = (counts.operations[name] ?? 0) + 1;
                  await operations[name]();
                }
                for (const { calls } of conversations) {
                  if (calls !== engine) await calls.close();
                }
                return counts;
              };
            }""";

    @Test
    void answersEqualThoseWithoutCache(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("tiny.gguf");
        TinyModel.write(file);
        check(file, Map.of("device", "cpu", "contextLength", 1024, "length", 1), SEQUENCES);
    }

    /** Texts are so long that later keys and values overwrite earlier ones. */
    @Test
    void answersWithASlidingWindowEqualThoseWithoutCache(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("windowed.gguf");
        TinyModel.write(file, WINDOW);
        check(file, Map.of("device", "cpu", "contextLength", 4096, "length", 5), SEQUENCES);
    }

    /** Runs fewer sequences, because the software adapter is slow. */
    @Test
    void answersOfAGpuEqualThoseWithoutCache(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("windowed.gguf");
        TinyModel.write(file, WINDOW);
        check(file, Map.of("device", "webgpu", "contextLength", 4096, "length", 5), (SEQUENCES + 5) / 6);
    }

    private static void check(Path model, Map<String, Object> options, int sequences) throws IOException {
        try (Browser browser = new Browser(model.toString(), new NewContextOptions(), Chromium.SOFTWARE_WEBGPU)) {
            Page page = browser.open("icon.svg");
            page.evaluate(DEFINE, options);
            Map<String, Integer> totals = new HashMap<>();
            for (int first = 0; first < sequences; first += BATCH) {
                List<?> all = (List<?>) page.evaluate("""
                        async ([from, to, seed]) => {
                          const all = [];
                          for (let number = from; number < to; number++) all.push(await sequence(number, seed));
                          return all;
                        }""", List.of(first, Math.min(sequences, first + BATCH), SEED));
                for (Object counts : all) {
                    add(totals, (Map<?, ?>) counts);
                }
            }
            System.out.println(sequences + " sequences with " + options + ": " + totals);
            assertTrue(totals.get("cached") > 0, "nothing was reused");
            assertTrue(totals.get("ties") <= totals.get("answers") / 20, "too many near ties: " + totals);
        }
    }

    private static void add(Map<String, Integer> totals, Map<?, ?> counts) {
        counts.forEach((name, count) -> {
            if (count instanceof Map<?, ?> more) {
                add(totals, more);
            } else {
                totals.merge((String) name, ((Number) count).intValue(), Integer::sum);
            }
        });
    }
}
