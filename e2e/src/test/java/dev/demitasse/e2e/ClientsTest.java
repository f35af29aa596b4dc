package dev.demitasse.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Page;
import dev.demitasse.TestWeights;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tests clients of other engines on this one, with real weights: the {@code openai} package and the web's Prompt API. */
class ClientsTest {
    private static Browser browser;
    private static Page page;

    @BeforeAll
    static void load() throws IOException {
        browser = new Browser(new NewContextOptions());
        browser.serveModules("npm/openai", TestWeights.npm().resolve("openai"));
        page = browser.open("icon.svg");
        page.evaluate("""
                async () => {
                  Object.assign(globalThis, await import('/demitasse.js'));
                  ({ default: globalThis.OpenAI } = await import('/npm/openai/index.mjs'));
                  ({ default: globalThis.model } = await (await fetch('/models.json')).json());
                  globalThis.absent = await LanguageModel.availability({ model });
                  globalThis.engine = await Demitasse.load(model, { contextLength: 512, device: 'cpu' });
                  LanguageModel.use(engine);
                  globalThis.client = new OpenAI({
                    apiKey: 'none',
                    baseURL: 'https://demitasse.invalid/v1',
                    fetch: openAiFetch(engine),
                    dangerouslyAllowBrowser: true,
                  });
                  globalThis.france = {
                    model: 'any',
                    messages: [{ role: 'user', content: 'What is the capital of France?' }],
                    temperature: 0,
                  };
                  // Returns the error of a promise that must be rejected.
                  globalThis.errorOf = (promise) => promise.then(
                    (value) => { throw new Error(`no error but ${JSON.stringify(value)}`); },
                    (error) => error,
                  );
                  globalThis.nameOfError = async (promise) => (await errorOf(promise)).name;
                }""");
    }

    @AfterAll
    static void close() {
        browser.close();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> evaluate(String script) {
        return (Map<String, Object>) page.evaluate(script);
    }

    // The openai package

    @Test
    void openAiChats() {
        Map<String, Object> said = evaluate("""
                async () => {
                  const { choices, usage } = await client.chat.completions.create(france);
                  let streamed = '';
                  let total;
                  const asked = { ...france, stream: true, stream_options: { include_usage: true } };
                  for await (const chunk of await client.chat.completions.create(asked)) {
                    streamed += chunk.choices[0]?.delta.content ?? '';
                    total = chunk.usage?.total_tokens ?? total;
                  }
                  const helper = await client.chat.completions.stream(france).finalContent();
                  return { whole: choices[0].message.content, streamed, helper, all: usage.total_tokens, total };
                }""");
        assertEquals("The capital of France is Paris.", said.get("whole"));
        assertEquals(said.get("whole"), said.get("streamed"));
        assertEquals(said.get("whole"), said.get("helper"));
        assertEquals(said.get("all"), said.get("total"));
    }

    @Test
    void openAiUsesToolsAndSchemas() {
        Map<String, Object> said = evaluate("""
                async () => {
                  const schema = { type: 'object', properties: { city: { enum: ['Paris'] } }, required: ['city'] };
                  const { choices: [called] } = await client.chat.completions.create({
                    ...france,
                    tools: [{ type: 'function', function: { name: 'weather', description: 'of a city', parameters: schema } }],
                    tool_choice: { type: 'function', function: { name: 'weather' } },
                  });
                  const { name, arguments: json } = called.message.tool_calls[0].function;
                  const { choices: [held] } = await client.chat.completions.create({
                    ...france,
                    response_format: { type: 'json_schema', json_schema: { name: 'place', schema } },
                  });
                  return {
                    reason: called.finish_reason,
                    name,
                    arguments: JSON.parse(json),
                    held: JSON.parse(held.message.content),
                  };
                }""");
        assertEquals("tool_calls", said.get("reason"));
        assertEquals("weather", said.get("name"));
        assertEquals(Map.of("city", "Paris"), said.get("arguments"));
        assertEquals(Map.of("city", "Paris"), said.get("held"));
    }

    @Test
    void openAiGetsChoicesAndLogprobs() {
        Map<String, Object> said = evaluate("""
                async () => {
                  const { choices } = await client.chat.completions.create(
                    { ...france, logprobs: true, top_logprobs: 2, n: 2, max_tokens: 2 });
                  const { content } = choices[1].logprobs;
                  return { choices: choices.length, tops: content.map(({ top_logprobs }) => top_logprobs.length) };
                }""");
        assertEquals(2, said.get("choices"));
        assertEquals(List.of(2, 2), said.get("tops"));
    }

    @Test
    void openAiCompletesEmbedsAndLists() {
        Map<String, Object> said = evaluate("""
                async () => {
                  const { choices } = await client.completions.create({ model: 'any', prompt: 'The capital of France is', max_tokens: 1, temperature: 0 });
                  const { data } = await client.embeddings.create({ model: 'any', input: ['one', 'two'] });
                  const own = await engine.embeddings.create({ input: 'two' });
                  const models = [];
                  for await (const { id } of client.models.list()) {
                    models.push(id);
                  }
                  const difference = Math.max(...data[1].embedding.map((x, i) => Math.abs(x - own.data[0].embedding[i])));
                  return { text: choices[0].text, embeddings: data.length, difference, models, name: engine.model.name };
                }""");
        assertEquals(" Paris", said.get("text"));
        assertEquals(2, said.get("embeddings"));
        assertTrue(((Number) said.get("difference")).doubleValue() < 1e-6, said::toString);
        assertEquals(List.of(said.get("name")), said.get("models"));
    }

    @Test
    void openAiReportsErrors() {
        Map<String, Object> said = evaluate("""
                async () => {
                  const hot = await errorOf(client.chat.completions.create({ ...france, temperature: 9 }));
                  const unknown = await errorOf(client.chat.completions.create({ ...france, stream: true, temprature: 1, strict: true }));
                  return {
                    isBad: [hot, unknown].map((error) => error instanceof OpenAI.BadRequestError),
                    params: [hot.param, unknown.param],
                    message: hot.message,
                    missing: await errorOf(client.models.retrieve('other')) instanceof OpenAI.NotFoundError,
                  };
                }""");
        assertEquals(List.of(true, true), said.get("isBad"));
        assertEquals(List.of("temperature", "temprature"), said.get("params"));
        assertTrue(said.get("message").toString().startsWith("400 temperature"), said::toString);
        assertEquals(true, said.get("missing"));
    }

    @Test
    void openAiAnswersResponses() {
        Map<String, Object> said = evaluate("""
                async () => {
                  const asked = { model: 'any', input: 'What is the capital of France?', temperature: 0 };
                  const whole = await client.responses.create(asked);
                  const types = [];
                  let streamed = '';
                  for await (const event of await client.responses.create({ ...asked, stream: true })) {
                    types.push(event.type);
                    streamed += event.type === 'response.output_text.delta' ? event.delta : '';
                  }
                  const helper = await client.responses.stream(asked).finalResponse();
                  const next = await client.responses.create({
                    ...asked,
                    instructions: 'You are a helpful assistant.',
                    input: [{ role: 'user', content: asked.input }, ...whole.output, { role: 'user', content: 'And of Italy?' }],
                  });
                  const cut = await client.responses.create({ ...asked, max_output_tokens: 2 });
                  return {
                    whole: whole.output_text, streamed, helper: helper.output_text, next: next.output_text, types,
                    status: whole.status,
                    tokens: whole.usage.total_tokens - whole.usage.input_tokens - whole.usage.output_tokens,
                    cut: cut.incomplete_details.reason,
                    stored: (await errorOf(client.responses.create({ ...asked, previous_response_id: whole.id }))).param,
                    streamError: (await errorOf(client.responses.create({ ...asked, stream: true, temperature: 9 }))).status,
                  };
                }""");
        assertEquals("The capital of France is Paris.", said.get("whole"));
        assertEquals(said.get("whole"), said.get("streamed"));
        assertEquals(said.get("whole"), said.get("helper"));
        assertTrue(said.get("next").toString().contains("Rome"), said::toString);
        List<?> types = (List<?>) said.get("types");
        assertEquals(List.of("response.created", "response.in_progress"), types.subList(0, 2));
        assertEquals("response.completed", types.get(types.size() - 1));
        assertEquals("completed", said.get("status"));
        assertEquals(0, said.get("tokens"));
        assertEquals("max_output_tokens", said.get("cut"));
        assertEquals("previous_response_id", said.get("stored"));
        assertEquals(400, said.get("streamError"));
    }

    @Test
    void responsesHaveToolsAndSchemas() {
        Map<String, Object> said = evaluate("""
                async () => {
                  const schema = { type: 'object', properties: { city: { enum: ['Paris'] } }, required: ['city'], additionalProperties: false };
                  const asked = { model: 'any', input: 'What is the capital of France?', temperature: 0 };
                  const tools = [{ type: 'function', name: 'weather', description: 'of a city', parameters: schema, strict: true }];
                  const called = await client.responses.create({ ...asked, tools, tool_choice: 'required' });
                  const [call] = called.output;
                  const input = [
                    { role: 'user', content: asked.input },
                    ...called.output,
                    { type: 'function_call_output', call_id: call.call_id, output: 'sunny' },
                  ];
                  const answered = await client.responses.create({ ...asked, input, tools, tool_choice: 'none' });
                  const stream = client.responses.stream({ ...asked, tools, tool_choice: { type: 'function', name: 'weather' } });
                  const { output: [streamed] } = await stream.finalResponse();
                  const held = await client.responses.create({
                    ...asked,
                    text: { format: { type: 'json_schema', name: 'place', schema, strict: true } },
                  });
                  return {
                    type: call.type, name: call.name, arguments: JSON.parse(call.arguments), streamed: JSON.parse(streamed.arguments),
                    answered: answered.output[0].type, held: JSON.parse(held.output_text),
                  };
                }""");
        assertEquals("function_call", said.get("type"));
        assertEquals("weather", said.get("name"));
        assertEquals(Map.of("city", "Paris"), said.get("arguments"));
        assertEquals(Map.of("city", "Paris"), said.get("streamed"));
        assertEquals("message", said.get("answered"));
        assertEquals(Map.of("city", "Paris"), said.get("held"));
    }

    @Test
    void openAiCompletesSeveralPrompts() {
        Map<String, Object> said = evaluate("""
                async () => {
                  const request = { model: 'any', max_tokens: 1, temperature: 0 };
                  const { choices } = await client.completions.create({ ...request, prompt: ['The capital of France is', 'The capital of Italy is'] });
                  const echo = await client.completions.create({ ...request, prompt: ['The capital of France is'], echo: true, best_of: 2 });
                  const { data } = await client.embeddings.create({ model: 'any', input: 'one', dimensions: 5, encoding_format: 'float' });
                  return {
                    texts: choices.map(({ index, text }) => index + text), echo: echo.choices.map(({ text }) => text),
                    dimensions: data[0].embedding.length,
                  };
                }""");
        assertEquals(List.of("0 Paris", "1 Rome"), said.get("texts"));
        assertEquals(List.of("The capital of France is Paris"), said.get("echo"));
        assertEquals(5, said.get("dimensions"));
    }

    /** Sends fields that clients add to the request. */
    @Test
    void unknownFieldsAreIgnored() {
        String text = (String) page.evaluate("""
                async () => (await client.chat.completions.create({
                  ...france, foo: 1, modalities: ['text'], web_search_options: {}, prediction: { type: 'content', content: 'x' }, top_p: 0,
                })).choices[0].message.content""");
        assertEquals("The capital of France is Paris.", text);
    }

    /** After a stream is left or aborted, the next call is answered. */
    @Test
    void openAiStopsAnswers() {
        Map<String, Object> said = evaluate("""
                async () => {
                  const long = { ...france, messages: [{ role: 'user', content: 'Count from 1 to 100.' }] };
                  let left = 0;
                  for await (const chunk of await client.chat.completions.create({ ...long, stream: true })) {
                    if (++left === 3) break;
                  }
                  const stopping = new AbortController();
                  let aborted = 0;
                  const stream = await client.chat.completions.create({ ...long, stream: true }, { signal: stopping.signal });
                  for await (const chunk of stream) {
                    if (++aborted === 3) stopping.abort();
                  }
                  const whole = client.chat.completions.create(long, { signal: AbortSignal.timeout(300) });
                  return {
                    aborted,
                    isAbort: await errorOf(whole) instanceof OpenAI.APIUserAbortError,
                    next: (await client.chat.completions.create(france)).choices[0].message.content,
                  };
                }""");
        assertTrue((int) said.get("aborted") < 20, said::toString);
        assertEquals(true, said.get("isAbort"));
        assertEquals("The capital of France is Paris.", said.get("next"));
    }

    // The Prompt API

    @Test
    void promptsStreamsAndClones() {
        Map<String, Object> said = evaluate("""
                async () => {
                  const progress = [];
                  const session = await LanguageModel.create({
                    temperature: 0,
                    initialPrompts: [{ role: 'system', content: 'You are a helpful assistant.' }],
                    monitor: (monitor) => monitor.addEventListener('downloadprogress', ({ loaded }) => progress.push(loaded)),
                  });
                  const first = session.contextUsage;
                  const measured = await session.measureContextUsage('What is the capital of France?');
                  const whole = await session.prompt('What is the capital of France?');
                  const second = session.contextUsage;
                  const clone = await session.clone();
                  let streamed = '';
                  for await (const piece of session.promptStreaming('And of Italy?')) {
                    streamed += piece;
                  }
                  const answer = await clone.prompt('And of Italy?');
                  const waiting = nameOfError(session.prompt('And of Spain?'));
                  session.destroy();
                  const params = await LanguageModel.params();
                  return {
                    progress, first, measured, second, whole, streamed, answer, params,
                    usages: [clone.inputUsage, clone.contextUsage],
                    window: clone.inputQuota,
                    errors: [await waiting, await nameOfError(session.prompt('Hello?'))],
                    goesOn: await clone.append('Thanks.'),
                  };
                }""");
        assertEquals(List.of(0, 1), said.get("progress"));
        assertEquals("The capital of France is Paris.", said.get("whole"));
        assertEquals(said.get("streamed"), said.get("answer"));
        assertTrue(said.get("streamed").toString().contains("Rome"), said::toString);
        int read = (int) said.get("first") + (int) said.get("measured");
        int second = (int) said.get("second");
        assertTrue(second > read && second < read + 20, said::toString); // the answer is short
        assertEquals(512, said.get("window"));
        assertEquals(List.of("AbortError", "AbortError"), said.get("errors"));
        assertEquals(2, ((Map<?, ?>) said.get("params")).get("maxTemperature"));
    }

    @Test
    void constraintsHold() {
        Map<String, Object> said = evaluate("""
                async () => {
                  const session = await LanguageModel.create();
                  const constraint = { responseConstraint: { enum: ['yes', 'no'] } };
                  return {
                    held: JSON.parse(await session.prompt('Is Paris in Europe?', constraint)),
                    error: await nameOfError(session.prompt('x', { responseConstraint: { type: 'nothing' } })),
                  };
                }""");
        assertTrue(List.of("yes", "no").contains(said.get("held")), said::toString);
        assertEquals("NotSupportedError", said.get("error"));
    }

    /** The prefix and the answer together are a document of the schema; and the text that a regular expression matches. */
    @Test
    void constraintsHoldForPrefixes() {
        Map<String, Object> said = evaluate("""
                async () => {
                  const session = await LanguageModel.create({ temperature: 0 });
                  const begun = '{ "Rating": ';
                  const rating = { type: 'number', minimum: 0, maximum: 5 };
                  const schema = { type: 'object', required: ['Rating'], additionalProperties: false, properties: { Rating: rating } };
                  const rest = await session.prompt(
                    [{ role: 'user', content: 'hello' }, { role: 'assistant', content: begun, prefix: true }],
                    { responseConstraint: schema },
                  );
                  const matched = await (await LanguageModel.create()).prompt('Give me a code.', { responseConstraint: /[A-C]{3}-\\d{2}/ });
                  const [prefixed] = [await (await LanguageModel.create()).prompt(
                    [{ role: 'user', content: 'Give me a code.' }, { role: 'assistant', content: 'A-', prefix: true }],
                    { responseConstraint: /A-\\d{2}/ },
                  )];
                  return { rating: JSON.parse(begun + rest).Rating, matched, prefixed };
                }""");
        double rating = ((Number) said.get("rating")).doubleValue();
        assertTrue(rating >= 0 && rating <= 5, said::toString);
        assertTrue(said.get("matched").toString().matches("[A-C]{3}-\\d{2}"), said::toString);
        assertTrue(said.get("prefixed").toString().matches("\\d{2}"), said::toString);
    }

    /** The page runs tools that have no {@code execute}. The calls of the model are scripted. */
    @Test
    void sessionsHaveToolsOfAnOpenLoop() {
        assertEquals(
                Map.of(
                        "answers", List.of("No call.", List.of("text Wait.", "tool-call t"), List.of("tool-call t")),
                        "chunks", List.of("string", "string", "LanguageModelToolCall")),
                page.evaluate("""
                        async () => {
                          const call = { tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 't', arguments: '{}' } }] };
                          const scripted = [
                            [{ content: 'No ' }, { content: 'call.' }],
                            [{ content: 'Wait.' }, call],
                            [call],
                            [{ content: 'Wait' }, { content: '.' }, call],
                          ];
                          const create = async () => {
                            const deltas = scripted.shift();
                            return (async function* () {
                              for (const delta of deltas) {
                                yield { choices: [{ index: 0, delta }] };
                              }
                            })();
                          };
                          const fake = { model: {}, chat: { completions: { create } } };
                          fake.session = () => ({ ...fake, close: async () => {} });
                          const options = {
                            model: fake,
                            expectedOutputs: [{ type: 'text' }, { type: 'tool-call' }],
                            tools: [{ name: 't', description: 'd', inputSchema: { type: 'object', properties: {} } }],
                          };
                          const answers = [];
                          for (let i = 0; i < 3; i++) {
                            const answer = await (await LanguageModel.create(options)).prompt('Go!');
                            const parts = (all) => all.map(({ type, value }) => `${type} ${value.name ?? value}`);
                            answers.push(typeof answer === 'string' ? answer : parts(answer));
                          }
                          const chunks = [];
                          for await (const chunk of (await LanguageModel.create(options)).promptStreaming('Go!')) {
                            chunks.push(typeof chunk === 'string' ? 'string' : chunk.value.constructor.name);
                          }
                          return { answers, chunks };
                        }"""));
    }

    @Test
    void prefixesAndErrors() {
        Map<String, Object> said = evaluate("""
                async () => {
                  const session = await LanguageModel.create({ temperature: 0 });
                  const prefixed = await session.prompt([
                    { role: 'user', content: [{ type: 'text', value: 'What is the capital of ' }, { type: 'text', value: 'France?' }] },
                    { role: 'assistant', content: 'It is the city of', prefix: true },
                  ]);
                  const image = [{ role: 'user', content: [{ type: 'image', value: new ImageData(1, 1) }] }];
                  return {
                    prefixed,
                    errors: [
                      await nameOfError(session.prompt('x', { responseConstraint: /(?<=a)x/ })),
                      await nameOfError(session.prompt(image)),
                      await nameOfError(session.prompt([{ role: 'assistant', content: '', prefix: true }, { role: 'user', content: '' }])),
                      await nameOfError(session.append([{ role: 'system', content: 'late' }])),
                      await nameOfError(session.prompt('word '.repeat(600))),
                      await nameOfError(LanguageModel.create({ initialPrompts: [{ role: 'user', content: 'word '.repeat(600) }] })),
                      await nameOfError(LanguageModel.create({ temperature: -1 })),
                      await nameOfError(LanguageModel.create({ expectedInputs: [{ type: 'audio' }] })),
                      await nameOfError(session.prompt('x', { signal: AbortSignal.abort() })),
                    ],
                    image: await LanguageModel.availability({ expectedInputs: [{ type: 'image' }] }),
                  };
                }""");
        assertTrue(said.get("prefixed").toString().startsWith(" Paris"), said::toString);
        assertEquals(
                List.of(
                        "NotSupportedError",
                        "NotSupportedError",
                        "SyntaxError",
                        "TypeError",
                        "QuotaExceededError",
                        "QuotaExceededError",
                        "RangeError",
                        "NotSupportedError",
                        "AbortError"),
                said.get("errors"));
        assertEquals("unavailable", said.get("image"));
    }

    @Test
    void overflowRemovesTheOldestMessages() {
        Map<String, Object> said = evaluate("""
                async () => {
                  const session = await LanguageModel.create({
                    initialPrompts: [{ role: 'system', content: 'Say yes or no.' }],
                  });
                  const events = [];
                  session.oncontextoverflow = ({ type }) => events.push(type);
                  session.onquotaoverflow = ({ type }) => events.push(type);
                  const usages = [];
                  for (let turn = 0; turn < 3; turn++) {
                    await session.append('word '.repeat(200));
                    usages.push(session.contextUsage, events.length);
                  }
                  return { events, usages };
                }""");
        assertEquals(List.of("contextoverflow", "quotaoverflow"), said.get("events"));
        List<?> usages = (List<?>) said.get("usages");
        assertEquals(List.of(0, 0, 2), List.of(usages.get(1), usages.get(3), usages.get(5)));
        assertEquals(usages.get(2), usages.get(4)); // two turns each time
    }

    /** The calls of the model are scripted, because a small model calls unpredictably. */
    @Test
    void toolsAreExecuted() {
        Map<String, Object> said = evaluate("""
                async () => {
                  const asked = [];
                  const call = (index, id, name, json) => ({ index, id, type: 'function', function: { name, arguments: json } });
                  const scripted = [
                    [{ content: 'Let me see. ' }, { tool_calls: [call(0, 'a', 'double', '{"x":2}'), call(1, 'b', 'double', '{"x":')] },
                      { tool_calls: [{ index: 1, function: { arguments: '4}' } }] }],
                    [{ content: 'Done.' }],
                  ];
                  const calls = {
                    create: async ({ messages, tools }) => {
                      asked.push({ messages, tools });
                      return (async function* () {
                        for (const delta of scripted[asked.length - 1]) {
                          yield { choices: [{ index: 0, delta }] };
                        }
                      })();
                    },
                  };
                  const fake = { model: {}, chat: { completions: calls } };
                  fake.session = () => ({ ...fake, close: async () => {} });
                  const session = await LanguageModel.create({
                    model: fake,
                    tools: [{
                      name: 'double',
                      description: 'a number',
                      inputSchema: { type: 'object' },
                      execute: async ({ x }) => `${2 * x}`,
                    }],
                  });
                  return { text: await session.prompt('Go!'), asked };
                }""");
        assertEquals("Let me see. Done.", said.get("text"));
        List<?> asked = (List<?>) said.get("asked");
        assertEquals(2, asked.size());
        List<?> messages = (List<?>) ((Map<?, ?>) asked.get(1)).get("messages");
        assertEquals(
                List.of("Go!", "Let me see. ", "4", "8"),
                messages.stream()
                        .map(message -> ((Map<?, ?>) message).get("content"))
                        .toList());
        assertEquals(
                List.of("a", "b"),
                messages.stream()
                        .skip(2)
                        .map(message -> ((Map<?, ?>) message).get("tool_call_id"))
                        .toList());
    }

    /** Sessions with the same address of a model share an engine, which is closed with the last session. */
    @Test
    void sessionsShareAnEngine() {
        Map<String, Object> said = evaluate("""
                async () => {
                  const options = { model, samplingMode: 'most-predictable' };
                  const [first, second] = await Promise.all([LanguageModel.create(options), LanguageModel.create(options)]);
                  first.destroy();
                  const text = await second.prompt('What is the capital of France?');
                  second.destroy();
                  const stopping = new AbortController();
                  const third = LanguageModel.create({ ...options, signal: stopping.signal });
                  const during = await LanguageModel.availability({ model });
                  stopping.abort();
                  return {
                    text,
                    temperature: second.temperature,
                    stopped: await nameOfError(third),
                    availabilities: [absent, during, await LanguageModel.availability({ model })],
                    missing: await LanguageModel.availability({ model: '/models/none.gguf' }),
                  };
                }""");
        assertEquals("The capital of France is Paris.", said.get("text"));
        assertEquals(0, said.get("temperature"));
        assertEquals("AbortError", said.get("stopped"));
        assertEquals(List.of("downloadable", "downloading", "available"), said.get("availabilities"));
        assertEquals("unavailable", said.get("missing"));
    }

    // A server instead of the local model

    @Test
    void nothingIsSentWithoutConsent() throws IOException {
        try (FakeServer server = new FakeServer()) {
            Map<String, Object> said = evaluate("""
                    async () => {
                      const reasons = [];
                      const options = {
                        baseURL: '%s',
                        apiKey: 'secret',
                        device: 'webgpu', // which this browser lacks
                        allowRemote: async (reason) => { reasons.push(reason); return 'yes'; },
                      };
                      const refused = await errorOf(Demitasse.load(model, options));
                      const local = await Demitasse.load(model, { ...options, device: 'cpu', contextLength: 64 });
                      local.close();
                      return {
                        reasons,
                        refused: refused.code,
                        kind: local.device.kind,
                        unasked: (await errorOf(Demitasse.load(model, { ...options, allowRemote: undefined }))).message,
                        address: (await errorOf(Demitasse.load(model, { ...options, baseURL: 'ftp://host/v1' }))).message,
                        missing: (await errorOf(Demitasse.load('/models/none.gguf', { ...options, device: 'cpu' }))).message,
                        asked: reasons.length,
                      };
                    }""".formatted(server.url()));
            assertEquals(1, said.get("asked"));
            assertTrue(said.get("reasons").toString().contains("the GPU can't run the model"), said::toString);
            assertEquals("device_unfit", said.get("refused"));
            assertEquals("cpu", said.get("kind"));
            assertTrue(said.get("unasked").toString().contains("allowRemote"), said::toString);
            assertTrue(said.get("address").toString().contains("baseURL"), said::toString);
            assertTrue(said.get("missing").toString().contains("404"), said::toString);
            assertEquals(List.of(), server.requests());
        }
    }

    @Test
    void serverAnswersWithConsent() throws IOException {
        try (FakeServer server = new FakeServer()) {
            Map<String, Object> said = evaluate("""
                    async () => {
                      const remote = await Demitasse.load(model, {
                        baseURL: '%s',
                        apiKey: 'secret',
                        device: 'webgpu',
                        allowRemote: () => true,
                      });
                      const { messages } = france;
                      let streamed = '';
                      for await (const { choices } of await remote.chat.completions.create({ messages, stream: true })) {
                        streamed += choices[0].delta.content;
                      }
                      const cut = async () => {
                        for await (const chunk of await remote.chat.completions.create({ messages, stream: true, seed: 1 }));
                      };
                      const { choices } = await remote.session().chat.completions.create({ messages, speculative: false });
                      const bad = await errorOf(remote.chat.completions.create({ messages, seed: 2 }));
                      return {
                        device: remote.device,
                        model: remote.model.name,
                        whole: choices[0].message.content,
                        streamed,
                        cut: (await errorOf(cut())).message,
                        bad: [bad.name, bad.status, bad.param, bad.code, bad.message],
                        redirected: (await errorOf(remote.chat.completions.create({ messages, seed: 3 }))).message,
                        tokens: (await errorOf(remote.tokenize('x'))).code,
                        closed: (remote.close(), remote.closed, (await errorOf(remote.completions.create({ prompt: 'x' }))).message),
                      };
                    }""".formatted(server.url()));
            Map<?, ?> device = (Map<?, ?>) said.get("device");
            assertEquals("remote", device.get("kind"));
            assertEquals(server.url(), "http://" + device.get("host") + "/v1");
            assertTrue(device.get("reason").toString().contains("the GPU can't run the model"), device::toString);
            assertEquals("small", said.get("model"));
            assertEquals("Hello.", said.get("whole"));
            assertEquals("Grüße!", said.get("streamed"));
            assertTrue(said.get("cut").toString().contains("within the answer"), said::toString);
            assertEquals(List.of("DemitasseError", 422, "seed", "bad", "seed is bad"), said.get("bad"));
            assertTrue(said.get("redirected").toString().contains("redirects"), said::toString);
            assertEquals("unsupported", said.get("tokens"));
            assertEquals("The engine was closed.", said.get("closed"));
            List<String> sent = server.requests().stream()
                    .filter(request -> !request.startsWith("OPTIONS"))
                    .toList();
            assertEquals("GET /v1/models Bearer secret ", sent.get(0));
            assertEquals(
                    List.of(),
                    sent.stream()
                            .filter(request -> !request.contains(" Bearer secret ") || request.contains("stolen"))
                            .toList());
            assertTrue(
                    sent.get(3).contains("\"model\":\"small\"") && !sent.get(3).contains("speculative"),
                    sent::toString);
        }
    }

    /** The browser reports the memory of the device before any weight is fetched. */
    @Test
    void userIsAskedBeforeALargeDownload() throws IOException {
        browser.changeWorkers("Object.defineProperty(navigator, 'deviceMemory', { value: 0.0625 });");
        try (FakeServer server = new FakeServer()) {
            List<?> said = (List<?>) page.evaluate("""
                    async () => {
                      const options = { baseURL: '%s', device: 'cpu', contextLength: 64 };
                      const remote = await Demitasse.load(model, { ...options, remoteModel: 'named', allowRemote: () => true });
                      const local = await Demitasse.load(model, { ...options, allowRemote: () => false });
                      local.close();
                      return [remote.device.reason, remote.model.name, local.device.kind];
                    }""".formatted(server.url()));
            assertTrue(said.get(0).toString().endsWith("MB of memory, and the device has about 67 MB"), said::toString);
            assertEquals(List.of("named", "cpu"), said.subList(1, 3));
            assertEquals(List.of(), server.requests());
        }
    }
}
