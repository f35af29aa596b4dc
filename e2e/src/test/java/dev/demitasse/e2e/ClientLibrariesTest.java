package dev.demitasse.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Page;
import dev.demitasse.TestWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The AI SDK, LangChain and the helpers of the {@code openai} package in a page, bundled, on real weights. */
class ClientLibrariesTest {
    private static final String ANSWER = "The capital of France is Paris.";

    @TempDir
    static Path folder;

    private static Browser browser;
    private static Page page;

    @BeforeAll
    static void load() throws IOException, InterruptedException {
        for (String name : List.of("entry.js", "node-only.js", "rolldown.config.js", "package.json")) {
            Files.copy(Path.of("src/test/clients", name), folder.resolve(name));
        }
        Files.createSymbolicLink(folder.resolve("node_modules"), TestWeights.clients());
        Node.run(folder, List.of("node", "node_modules/rolldown/bin/cli.mjs", "-c", "rolldown.config.js"));
        browser = new Browser(new NewContextOptions());
        browser.serveModules("clients", folder.resolve("dist"));
        page = browser.open("icon.svg");
        page.evaluate("""
                async () => {
                  Object.assign(globalThis, await import('/demitasse.js'));
                  globalThis.c = await import('/clients/clients.js');
                  const { default: model } = await (await fetch('/models.json')).json();
                  const engine = await Demitasse.load(model, { contextLength: 1024, device: 'cpu' });
                  globalThis.AI_SDK_LOG_WARNINGS = false;
                  globalThis.server = { apiKey: 'none', baseURL: 'https://demitasse.invalid/v1', fetch: openAiFetch(engine) };
                  globalThis.openai = new c.OpenAI({ ...server, dangerouslyAllowBrowser: true });
                  globalThis.chat = (options) => new c.ChatOpenAI({ apiKey: 'none', model: 'm', temperature: 0, ...options,
                    configuration: { ...server, dangerouslyAllowBrowser: true } });
                  globalThis.question = 'What is the capital of France?';
                  globalThis.place = c.z.object({ city: c.z.enum(['Paris']) });
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

    @Test
    void openAiParsesZodSchemas() {
        Map<String, Object> said = evaluate("""
                async () => {
                  const messages = [{ role: 'user', content: question }];
                  const chatted = await openai.chat.completions.parse(
                    { model: 'm', messages, response_format: c.zodResponseFormat(place, 'place') });
                  const responded = await openai.responses.parse(
                    { model: 'm', input: question, text: { format: c.zodTextFormat(place, 'place') } });
                  return { chatted: chatted.choices[0].message.parsed.city, responded: responded.output_parsed.city };
                }""");
        assertEquals(Map.of("chatted", "Paris", "responded", "Paris"), said);
    }

    /** Answers with a schema or a required tool end at {@code max_tokens}, as those of other servers do. */
    @Test
    void openAiReportsCutAnswers() {
        assertEquals(List.of("LengthFinishReasonError", "length", "incomplete"), page.evaluate("""
                async () => {
                  const messages = [{ role: 'user', content: question }];
                  const person = c.z.object({ name: c.z.string() });
                  const parsed = await openai.chat.completions
                    .parse({ model: 'm', messages, max_tokens: 3, response_format: c.zodResponseFormat(person, 'p') })
                    .catch((error) => error.constructor.name);
                  const parameters = c.z.toJSONSchema(person);
                  const tools = [{ type: 'function', function: { name: 'greet', parameters } }];
                  const { choices } = await openai.chat.completions.create(
                    { model: 'm', messages, max_tokens: 3, tools, tool_choice: 'required' });
                  const responded = await openai.responses.create(
                    { model: 'm', input: question, max_output_tokens: 3, text: { format: c.zodTextFormat(person, 'p') } });
                  return [parsed, choices[0].finish_reason, responded.status];
                }"""));
    }

    /** The number of members of a record has no limit, so that the answer may end at {@code maxOutputTokens}. */
    @Test
    void toolsTakeRecords() {
        assertEquals(List.of(true, true), page.evaluate("""
                async () => {
                  const model = c.createOpenAICompatible({ name: 'demitasse', ...server })('m');
                  const inputSchema = c.z.object({ scores: c.z.record(c.z.enum(['a', 'b']), c.z.int().min(0).max(9)) });
                  const tools = { rate: c.tool({ description: 'rates', inputSchema, execute: async ({ scores }) => Object.keys(scores) }) };
                  const { toolResults } = await c.generateText(
                    { model, prompt: 'Rate a and b.', tools, toolChoice: 'required', temperature: 0 });
                  const anyNames = c.z.object({ scores: c.z.record(c.z.string().max(4), c.z.boolean()) });
                  const { finish_reason: reason, message } = (await openai.chat.completions.create({
                    model: 'm',
                    messages: [{ role: 'user', content: 'Rate a and b.' }],
                    max_tokens: 64,
                    tools: [{ type: 'function', function: { name: 'rate', parameters: c.z.toJSONSchema(anyNames) } }],
                    tool_choice: 'required',
                  })).choices[0];
                  const isHeld = reason === 'length' || anyNames.safeParse(JSON.parse(message.tool_calls[0].function.arguments)).success;
                  return [toolResults[0].output.join() === 'a,b', isHeld];
                }"""));
    }

    /** By chat completions, completions and responses. */
    @Test
    void aiSdkAnswers() {
        Map<String, Object> said = evaluate("""
                async () => {
                  const compatible = c.createOpenAICompatible({ name: 'demitasse', ...server });
                  const responses = c.createOpenAI(server);
                  const textOf = async (model) => {
                    let text = '';
                    for await (const piece of c.streamText({ model, prompt: question, temperature: 0 }).textStream) {
                      text += piece;
                    }
                    return text;
                  };
                  const completed = await c.generateText(
                    { model: compatible.completionModel('m'), prompt: question, temperature: 0, maxOutputTokens: 3 });
                  return {
                    whole: [
                      (await c.generateText({ model: compatible('m'), prompt: question, temperature: 0 })).text,
                      (await c.generateText({ model: responses('m'), prompt: question, temperature: 0 })).text,
                    ],
                    streamed: [await textOf(compatible('m')), await textOf(responses('m'))],
                    completed: completed.text.length > 0,
                  };
                }""");
        assertEquals(List.of(ANSWER, ANSWER), said.get("whole"));
        assertEquals(List.of(ANSWER, ANSWER), said.get("streamed"));
        assertEquals(true, said.get("completed"));
    }

    @Test
    void aiSdkUsesToolsAndSchemas() {
        List<?> said = (List<?>) page.evaluate("""
                async () => {
                  const compatible = c.createOpenAICompatible({ name: 'demitasse', supportsStructuredOutputs: true, ...server });
                  const tools = {
                    weather: c.tool({ description: 'of a city', inputSchema: place, execute: async ({ city }) => `sunny in ${city}` }),
                  };
                  const said = [];
                  for (const model of [compatible('m'), c.createOpenAI(server)('m')]) {
                    const prompt = 'What is the weather in Paris?';
                    const { toolResults } = await c.generateText({ model, prompt, tools, toolChoice: 'required' });
                    const streamed = c.streamText({ model, prompt, tools, toolChoice: 'required' });
                    await streamed.consumeStream();
                    const { output } = await c.generateText({ model, prompt: question, output: c.Output.object({ schema: place }) });
                    said.push(toolResults[0].output, (await streamed.toolResults)[0].output, output.city);
                  }
                  return said;
                }""");
        List<String> each = List.of("sunny in Paris", "sunny in Paris", "Paris");
        assertEquals(each, said.subList(0, 3));
        assertEquals(each, said.subList(3, 6));
    }

    /** By chat completions, responses and completions, whose prompt is an array. */
    @Test
    void langChainAnswers() {
        Map<String, Object> said = evaluate("""
                async () => {
                  const streamed = [];
                  for (const useResponsesApi of [false, true]) {
                    let text = '';
                    for await (const piece of await chat({ useResponsesApi }).stream(question)) {
                      text += piece.text;
                    }
                    streamed.push(text);
                  }
                  const options = { apiKey: 'none', model: 'm', temperature: 0, maxTokens: 1 };
                  const configuration = { ...server, dangerouslyAllowBrowser: true };
                  return {
                    whole: [(await chat({}).invoke(question)).text, (await chat({ useResponsesApi: true }).invoke(question)).text],
                    streamed,
                    completed: await new c.LangChainOpenAI({ ...options, configuration }).invoke('The capital of France is'),
                    dimensions: (await new c.OpenAIEmbeddings({ apiKey: 'none', model: 'm', dimensions: 8, configuration }).embedQuery('one')).length,
                  };
                }""");
        assertEquals(List.of(ANSWER, ANSWER), said.get("whole"));
        assertEquals(List.of(ANSWER, ANSWER), said.get("streamed"));
        assertEquals(" Paris", said.get("completed"));
        assertEquals(8, said.get("dimensions"));
    }

    @Test
    void langChainUsesToolsAndSchemas() {
        List<?> said = (List<?>) page.evaluate("""
                async () => {
                  const weather = c.langChainTool(async ({ city }) => `sunny in ${city}`,
                    { name: 'weather', description: 'of a city', schema: place });
                  const said = [];
                  for (const useResponsesApi of [false, true]) {
                    const model = chat({ useResponsesApi });
                    const asked = new c.HumanMessage('What is the weather in Paris?');
                    const called = await model.bindTools([weather], { tool_choice: 'weather' }).invoke([asked]);
                    const result = await weather.invoke(called.tool_calls[0]);
                    const answer = await model.bindTools([weather]).invoke([asked, called, result]);
                    const { city } = await model.withStructuredOutput(place, { name: 'place', method: 'jsonSchema' }).invoke(question);
                    said.push({ result: result.content, answers: answer.text.length > 0, city });
                  }
                  return said;
                }""");
        Map<String, Object> each = Map.of("result", "sunny in Paris", "answers", true, "city", "Paris");
        assertEquals(List.of(each, each), said);
    }
}
