package dev.demitasse.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.TestWeights;
import dev.demitasse.backend.reference.ReferenceBackend;
import dev.demitasse.engine.Context;
import dev.demitasse.engine.GenerationOptions;
import dev.demitasse.engine.GgufLoader;
import dev.demitasse.jinja.LocalTime;
import dev.demitasse.json.FieldException;
import dev.demitasse.json.JsonField;
import dev.demitasse.json.JsonReader;
import dev.demitasse.json.JsonWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Request bodies as clients of OpenAI's API and of its relatives send them: accepted, or refused by the name of the field. */
class RequestCasesTest {
    /** The fields of the requests that are refused, by the name of the case. */
    private static final Map<String, String> REFUSED = Map.ofEntries(
            Map.entry("input_text part (Responses style)", "messages[0].content[0].type"),
            Map.entry("messages string", "messages"),
            Map.entry("max_tokens 0", "max_tokens"),
            Map.entry("max_tokens -1", "max_tokens"),
            Map.entry("temperature 2.1", "temperature"),
            Map.entry("seed float 1.0", "seed"),
            Map.entry("seed 2^63", "seed"),
            Map.entry("stop \"\"", "stop"),
            Map.entry("stop 17 entries", "stop"),
            Map.entry("n 0", "n"),
            Map.entry("n 200", "n"),
            Map.entry("logit_bias list", "logit_bias"),
            Map.entry("logit_bias 1000", "logit_bias.5"),
            Map.entry("rf grammar", "response_format.type"),
            Map.entry("tool_choice named missing", "tool_choice.function.name"),
            Map.entry("tool_choice any (mistral)", "tool_choice"),
            Map.entry("tool name dotted (MCP)", "tools[0].function.name"),
            Map.entry("tool name with colon/slash", "tools[0].function.name"),
            Map.entry("functions legacy", "functions"),
            Map.entry("completion empty", "prompt"),
            Map.entry("completion logprobs true", "logprobs"),
            // Of messages.json:
            Map.entry("assistant null content no tools", "messages[1].content"));

    private static final Map<String, CompletionRequest> READ = new HashMap<>();
    private static Context context;

    @BeforeAll
    static void load() {
        ByteBuffer file = TestWeights.map(TestWeights.smolLm2());
        GgufLoader loader =
                new GgufLoader(file.capacity(), 1024, (plan, context) -> new ReferenceBackend(plan, context, 7));
        loader.accept(file);
        context = loader.finish();
        cases("requests.json").forEach(RequestCasesTest::read);
        cases("messages.json").forEach(RequestCasesTest::read);
    }

    private static List<JsonField> cases(String file) {
        try (InputStream in = RequestCasesTest.class.getResourceAsStream("/openai/" + file)) {
            String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return new JsonField(file, JsonReader.read(json)).elements();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void read(JsonField each) {
        String name = each.member("name").string();
        String body = JsonWriter.write(each.member("body").value(), -1);
        try {
            READ.put(name, each.member("text").bool(false) ? text(body) : chat(body));
        } catch (FieldException e) {
            assertEquals(REFUSED.get(name), e.path(), () -> name + ": " + e.getMessage());
        }
    }

    private static CompletionRequest chat(String body) {
        return CompletionRequest.chat(body, context, new LocalTime(0), 7);
    }

    private static CompletionRequest text(String body) {
        return CompletionRequest.text(body, context, 7);
    }

    private static GenerationOptions options(String name) {
        return READ.get(name).runs().get(0).options();
    }

    private static String prompt(String name) {
        return context.model().tokenizer().decode(READ.get(name).runs().get(0).prompt(), false);
    }

    @Test
    void allOthersAreAccepted() {
        int refused = 0;
        for (String file : List.of("requests.json", "messages.json")) {
            for (JsonField each : cases(file)) {
                String name = each.member("name").string();
                assertEquals(!REFUSED.containsKey(name), READ.containsKey(name), name);
                refused += REFUSED.containsKey(name) ? 1 : 0;
            }
        }
        assertEquals(REFUSED.size(), refused);
    }

    @Test
    void acceptedFieldsHaveTheirMeaning() {
        assertTrue(options("top_p 0").sampling().topP() < 1e-6f);
        assertEquals(1.1f, options("repeat_penalty (llama.cpp)").sampling().repetitionPenalty());
        assertEquals(5, options("both").maxTokens());
        assertEquals(4, options("completion max_completion_tokens").maxTokens());
        assertEquals(options("plain").maxTokens(), options("max_tokens 1e12").maxTokens());
        assertEquals(2, options("completion logprobs 2").logProbs());
        assertEquals(
                GenerationOptions.NO_LOG_PROBS, options("logprobs false top 0").logProbs());
        assertNotNull(options("rf json_object+schema (llama.cpp)").grammar());
        assertNotNull(options("tool param empty object").grammar());
        assertNull(options("extra unknown").grammar());
        assertEquals(2, READ.get("completion [str,str]").runs().size());
        assertEquals(256, options("completion langchain").maxTokens());
        assertFalse(READ.get("stream_options null").answer().includeUsage());
    }

    @Test
    void messagesSayTheSameInAllTheirForms() {
        String call = prompt("null");
        assertTrue(call.contains("{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Bern\"}}"), call);
        assertEquals(call, prompt("absent"));
        assertEquals(call, prompt("empty"));
        assertTrue(prompt("args empty string").contains("{\"name\": \"get_weather\", \"arguments\": {}}"));
        assertTrue(prompt("refusal part").contains("assistant\nno"), prompt("refusal part"));
        assertTrue(prompt("parts").contains("a\nb"));
        String refusal = prompt(
                "{'messages': [{'role': 'user', 'content': 'q'}, {'role': 'assistant', 'content': null, 'refusal': 'I can not'},"
                        + " {'role': 'user', 'content': 'why?'}]}",
                "a refusal without content");
        assertTrue(refusal.contains("assistant\nI can not"), refusal);
    }

    private static String prompt(String body, String name) {
        READ.put(name, chat(body.replace('\'', '"')));
        return prompt(name);
    }
}
