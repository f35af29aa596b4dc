package dev.demitasse.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Page;
import dev.demitasse.TestWeights;
import dev.demitasse.grammar.schema.RandomSchema;
import dev.demitasse.grammar.schema.SchemaCheck;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests in Chromium that every answer with a JSON Schema parses and is valid. {@code -Ddemitasse.schemas=200 -Ddemitasse.seeds=3}
 * sets the numbers of schemas and seeds.
 */
class StructuredOutputTest {
    private static final int SCHEMAS = Integer.getInteger("demitasse.schemas", 12);
    private static final int SEEDS = Integer.getInteger("demitasse.seeds", 1);
    private static final int BATCH = 10;
    private static final int MAX_TOKENS = 200;

    private static final String ANSWER = """
            async ([schemas, seeds, maxTokens]) => {
              const answers = [];
              for (const schema of schemas) {
                for (let seed = 1; seed <= seeds; seed++) {
                  const { choices, usage } = await engine.chat.completions.create({
                    messages: [{ role: 'user', content: 'Make an example.' }],
                    response_format: { type: 'json_schema', json_schema: { name: 'example', schema: JSON.parse(schema) } },
                    temperature: 0.9, top_p: 1, seed, max_tokens: maxTokens,
                  });
                  answers.push([schema, choices[0].message.content, choices[0].finish_reason, usage.completion_tokens]);
                }
              }
              return answers;
            }""";

    @Test
    void onTheCpu() throws IOException {
        check(TestWeights.smolLm2(), "cpu", List.of());
    }

    @Test
    void onWebGpu(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("tiny.gguf");
        TinyModel.write(file);
        check(file, "webgpu", Chromium.SOFTWARE_WEBGPU);
    }

    private static Map<?, ?> load(Page page, String device) {
        return Browser.loadEngine(page, Map.of("contextLength", 1024, "device", device));
    }

    private static void check(Path model, String device, List<String> arguments) throws IOException {
        try (Browser browser = new Browser(model.toString(), new NewContextOptions(), arguments)) {
            Page page = browser.open("icon.svg");
            assertEquals(device, load(page, device).get("kind"));
            int tokens = 0;
            for (int first = 0; first < SCHEMAS; first += BATCH) {
                List<String> schemas = new ArrayList<>();
                for (int i = first; i < Math.min(SCHEMAS, first + BATCH); i++) {
                    schemas.add(RandomSchema.schemaText(i));
                }
                List<?> answers = (List<?>) page.evaluate(ANSWER, List.of(schemas, SEEDS, MAX_TOKENS));
                assertEquals(schemas.size() * SEEDS, answers.size());
                for (Object each : answers) {
                    List<?> answer = (List<?>) each;
                    String what = answer.get(0) + " gave " + answer.get(1);
                    assertEquals(
                            List.of(), new SchemaCheck((String) answer.get(0)).errors((String) answer.get(1)), what);
                    assertEquals("stop", answer.get(2), what);
                    tokens += ((Number) answer.get(3)).intValue();
                }
            }
            System.out.println(device + ": " + SCHEMAS * SEEDS + " answers, " + tokens + " tokens");
        }
    }

    /** The model calls a function, which runs in the page, and answers with its result. */
    @Test
    void toolIsCalledAndItsResultIsUsed() throws IOException {
        try (Browser browser = new Browser(new NewContextOptions())) {
            Page page = browser.open("icon.svg");
            load(page, "cpu");
            Map<?, ?> trip = (Map<?, ?>) page.evaluate("""
                    async () => {
                      const tools = [{
                        type: 'function',
                        function: {
                          name: 'get_temperature',
                          description: 'Tells the temperature in a city, in degrees Celsius',
                          parameters: {
                            type: 'object',
                            properties: { city: { type: 'string', enum: ['Paris', 'Oslo', 'Cairo'] } },
                            required: ['city'],
                            additionalProperties: false,
                          },
                        },
                      }];
                      const functions = { get_temperature: ({ city }) => ({ celsius: { Paris: 17, Oslo: 4, Cairo: 31 }[city] }) };
                      const messages = [{ role: 'user', content: 'How warm is it in Oslo?' }];
                      const called = (await engine.chat.completions.create(
                        { messages, tools, tool_choice: 'required', temperature: 0 })).choices[0];
                      messages.push(called.message);
                      for (const { id, function: { name, arguments: json } } of called.message.tool_calls) {
                        messages.push({ role: 'tool', tool_call_id: id, content: JSON.stringify(functions[name](JSON.parse(json))) });
                      }
                      const answer = (await engine.chat.completions.create(
                        { messages, tools, tool_choice: 'auto', temperature: 0, max_tokens: 40 })).choices[0];
                      return { called: called.finish_reason, call: called.message.tool_calls[0], answer: answer.message.content,
                        result: messages.at(-1).content };
                    }""");
            assertEquals("tool_calls", trip.get("called"));
            Map<?, ?> call = (Map<?, ?>) trip.get("call");
            assertTrue(call.get("id").toString().startsWith("call_"));
            JsonNode arguments = new ObjectMapper()
                    .readTree(
                            ((Map<?, ?>) call.get("function")).get("arguments").toString());
            assertEquals("Oslo", arguments.get("city").asText());
            assertEquals("{\"celsius\":4}", trip.get("result"));
            assertTrue(trip.get("answer").toString().contains("4"), trip.toString());
        }
    }
}
