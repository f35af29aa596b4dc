package dev.demitasse.bench;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Page;
import dev.demitasse.TestWeights;
import dev.demitasse.e2e.Browser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Measures answers in Chromium, with SmolLM2 on the CPU: restricted by a JSON Schema compared with free ones, and with guessed tokens
 * (prompt lookup) compared with answers without. The two kinds of each pair are interleaved. Prints medians.
 *
 * <pre>bench/run AnswerSpeed THREADS</pre>
 */
public final class AnswerSpeed {
    private static final int ROUNDS = 9;

    private static final String PERSON = """
            {"type": "object", "properties": {"name": {"type": "string", "maxLength": 60}, "age": {"type": "integer", \
            "minimum": 0, "maximum": 150}, "email": {"type": "string", "format": "email"}, "tags": {"type": "array", "items": \
            {"enum": ["red", "green", "blue"]}, "minItems": 2, "maxItems": 5}}, "required": ["name", "age", "email", "tags"], \
            "additionalProperties": false}""";
    private static final Map<String, String> SCHEMAS =
            Map.of("a person", PERSON, "any object", "{\"type\": \"object\", \"additionalProperties\": true}");

    private static final String CODE = """
            function total(prices, discount) {
              let sum = 0;
              for (const price of prices) {
                sum += price;
              }
              if (discount > 0) {
                sum -= sum * discount;
              }
              return Math.round(sum * 100) / 100;
            }""";
    private static final String REPORT = """
            The harbour of Ostfold was closed on Monday after the storm. Two ferries were damaged, and the lighthouse lost its \
            lamp. The mayor, Ingrid Solberg, said that repairs would take three weeks. Fishermen can use the harbour of Larvik \
            until then. Nobody was hurt.""";
    private static final Map<String, String> PROMPTS = new LinkedHashMap<>();

    static {
        PROMPTS.put("a story", "Write a story about a lighthouse keeper.");
        PROMPTS.put("a list", "List the numbers from one to forty in words, one a line.");
        PROMPTS.put("corrected code", "Rename `sum` to `result` in this code, and give the whole code again:\n" + CODE);
        PROMPTS.put("a text repeated", "Repeat this text word by word:\n" + REPORT);
        PROMPTS.put("a summary", "Sum up this report in a few sentences, in its own words:\n" + REPORT);
    }

    private AnswerSpeed() {}

    public static void main(String[] args) throws IOException {
        int threads = Integer.parseInt(args[0]);
        try (Browser browser = new Browser(TestWeights.smolLm2().toString(), new NewContextOptions())) {
            Page page = browser.open("icon.svg");
            Map<?, ?> device =
                    Browser.loadEngine(page, Map.of("contextLength", 1024, "device", "cpu", "threads", threads));
            System.out.println(device);
            for (Map.Entry<String, String> schema : SCHEMAS.entrySet()) {
                structured(page, schema.getKey(), schema.getValue());
            }
            for (Map.Entry<String, String> prompt : PROMPTS.entrySet()) {
                guessed(page, prompt.getKey(), prompt.getValue());
            }
        }
    }

    /** Measures the time of a token in an answer with a JSON Schema, and in a free answer of the same number of tokens. */
    private static void structured(Page page, String name, String schema) {
        List<?> result = (List<?>) page.evaluate("""
                async ([rounds, schema]) => {
                  const run = async (more, maxTokens) => {
                    const { usage, timings } = await engine.chat.completions.create({
                      messages: [{ role: 'user', content: 'Describe a person as JSON.' }], temperature: 0, speculative: false,
                      max_tokens: maxTokens, ...more });
                    return { tokens: usage.completion_tokens, ms: timings.predicted_ms / (usage.completion_tokens - 1) };
                  };
                  const restricted = { response_format: { type: 'json_schema', json_schema: { name: 'x', schema: JSON.parse(schema) } } };
                  const first = await run(restricted, 120);
                  const pairs = [];
                  for (let round = 0; round < rounds; round++) {
                    const free = await run({ logit_bias: { 2: -100, 0: -100 } }, first.tokens);
                    const other = await run(restricted, 120);
                    pairs.push([free.ms, other.ms, other.ms / free.ms]);
                  }
                  return [first.tokens, first.ms, pairs];
                }""", List.of(ROUNDS, schema));
        List<?> pairs = (List<?>) result.get(2);
        System.out.printf(
                Locale.ROOT,
                "| %s, %d tokens | %.2f | %.2f | %.3f | %.2f |%n",
                name,
                ((Number) result.get(0)).intValue(),
                median(pairs, 0),
                median(pairs, 1),
                median(pairs, 2),
                number(result.get(1)));
    }

    private static void guessed(Page page, String name, String prompt) {
        List<?> result = (List<?>) page.evaluate("""
                async ([rounds, content]) => {
                  const run = async (speculative) => {
                    const { choices, timings } = await engine.chat.completions.create({
                      messages: [{ role: 'user', content }], temperature: 0, speculative, max_tokens: 200 });
                    return { text: choices[0].message.content, timings, speed: 1000 * timings.predicted_n / timings.predicted_ms };
                  };
                  const pairs = [];
                  let last;
                  for (let round = 0; round < rounds; round++) {
                    const without = await run(false);
                    last = await run(true);
                    if (without.text !== last.text) throw new Error('another answer');
                    pairs.push([without.speed, last.speed, last.speed / without.speed]);
                  }
                  return [last.timings, pairs];
                }""", List.of(ROUNDS, prompt));
        Map<?, ?> timings = (Map<?, ?>) result.get(0);
        List<?> pairs = (List<?>) result.get(1);
        System.out.printf(
                Locale.ROOT,
                "| %s | %s | %s of %s | %.1f | %.1f | %.2f |%n",
                name,
                timings.get("predicted_n"),
                timings.get("draft_n_accepted"),
                timings.get("draft_n"),
                median(pairs, 0),
                median(pairs, 1),
                median(pairs, 2));
    }

    private static double median(List<?> rows, int column) {
        List<Double> values = new ArrayList<>();
        for (Object row : rows) {
            values.add(number(((List<?>) row).get(column)));
        }
        values.sort(null);
        return values.get(values.size() / 2);
    }

    private static double number(Object value) {
        return ((Number) value).doubleValue();
    }
}
