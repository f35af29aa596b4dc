package dev.demitasse.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.json.JsonReader;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageTest {
    @Test
    void readsEveryFieldThatTemplatesRead() {
        List<Message> messages = read("""
                [{"role": "user", "content": "What time is it?"},
                 {"role": "assistant", "content": "", "reasoning_content": "A clock is needed.",
                  "tool_calls": [{"id": "a", "type": "function",
                                  "function": {"name": "clock", "arguments": {"zone": "CET"}}}]},
                 {"role": "tool", "tool_call_id": "a", "name": "clock", "content": "10:07"}]""");

        assertEquals(
                Map.of("role", "user", "content", "What time is it?"),
                messages.get(0).fields());
        assertEquals("A clock is needed.", messages.get(1).fields().get("reasoning_content"));
        assertEquals(
                List.of(Map.of(
                        "id", "a",
                        "type", "function",
                        "function", Map.of("name", "clock", "arguments", Map.of("zone", "CET")))),
                messages.get(1).fields().get("tool_calls"));
        assertEquals(
                Map.of("role", "tool", "tool_call_id", "a", "name", "clock", "content", "10:07"),
                messages.get(2).fields());
    }

    @Test
    void argumentsInJsonTextAreParsed() {
        Message message = read("""
                [{"role": "assistant", "tool_calls":
                  [{"function": {"name": "clock", "arguments": "{\\"zone\\": \\"CET\\"}"}}]}]""").get(0);
        assertEquals(
                List.of(Map.of(
                        "type", "function", "function", Map.of("name", "clock", "arguments", Map.of("zone", "CET")))),
                message.fields().get("tool_calls"));
        assertTrue(message.fields().containsKey("content"));
        assertNull(message.fields().get("content"));
    }

    @Test
    void nullFieldsAreTreatedAsAbsent() {
        Message message = read("""
                [{"role": "assistant", "content": "Hi", "tool_calls": [], "reasoning_content": null, "name": null}]""").get(0);
        assertEquals(Map.of("role", "assistant", "content", "Hi"), message.fields());
        assertFalse(message.fields().containsKey("tool_calls"));
    }

    @Test
    void textPartsAreJoinedByLineEnds() {
        Message message = read("""
                [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}]""").get(0);
        assertEquals("a\nb", message.fields().get("content"));
    }

    @Test
    void otherFieldsAreKept() {
        Message message = read("[{\"role\": \"system\", \"content\": \"\", \"tools\": \"[]\"}]")
                .get(0);
        assertEquals("[]", message.fields().get("tools"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "null | messages is missing; it must be an array",
                "[] | messages is []; it must be an array of at least one message",
                "[1] | messages[0] is 1; it must be an object",
                "[{}] | messages[0].role is missing; it must be a string",
                "[{\"role\": \"\", \"content\": \"\"}] | messages[0].role is \"\"; it must be a string that is not empty",
                "[{\"role\": \"user\"}] | messages[0].content is missing; it must be a string",
                "[{\"role\": \"user\", \"content\": 7}] | messages[0].content is 7; it must be a string",
                "[{\"role\": \"user\", \"content\": [{\"type\": \"image_url\"}]}] | messages[0].content[0].type is"
                        + " \"image_url\"; it must be \"text\", the only kind of part that this model can read",
                "[{\"role\": \"user\", \"content\": [{\"type\": \"text\"}]}] | messages[0].content[0].text is missing; it must"
                        + " be a string",
                "[{\"role\": \"assistant\", \"tool_calls\": [{}]}] | messages[0].tool_calls[0].function is missing; it must be"
                        + " an object",
                "[{\"role\": \"assistant\", \"tool_calls\": [{\"function\": {}}]}] | messages[0].tool_calls[0].function.name is"
                        + " missing; it must be a string",
                "[{\"role\": \"assistant\", \"tool_calls\": [{\"function\": {\"name\": \"f\", \"arguments\": []}}]}] |"
                        + " messages[0].tool_calls[0].function.arguments is []; it must be an object",
                "[{\"role\": \"assistant\", \"tool_calls\": [{\"function\": {\"name\": \"f\", \"arguments\": \"x\"}}]}] |"
                        + " messages[0].tool_calls[0].function.arguments is not JSON text: JSON line 1, column 1: expected a"
                        + " value, found 'x'",
                "[{\"role\": \"tool\", \"content\": \"\", \"tool_call_id\": 5}] | messages[0].tool_call_id is 5; it must be a"
                        + " string",
            })
    void wrongFieldsAreNamed(String messages, String message) {
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, () -> read(messages))
                        .getMessage());
    }

    private static List<Message> read(String json) {
        return Message.readAll(JsonReader.read(json));
    }
}
