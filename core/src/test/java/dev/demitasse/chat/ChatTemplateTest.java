package dev.demitasse.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.jinja.LocalTime;
import dev.demitasse.jinja.TemplateException;
import dev.demitasse.json.FieldException;
import dev.demitasse.json.JsonReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatTemplateTest {
    private static final LocalTime NOW = new LocalTime(0);
    private static final String ROLES = "{% for m in messages %}[{{ m.role }}: {{ m.content }}]{% endfor %}";
    private static final String CALL = """
            {"role": "assistant", "content": null, "tool_calls": [{"id": "c", "type": "function",
             "function": {"name": "f", "arguments": {"x": [1, "é"]}}}]}""";

    /** The expected texts are those of transformers 5.24 with jinja2 3.1.6. */
    @ParameterizedTest
    @ValueSource(strings = {"call-tag", "developer-dropped", "null-content"})
    void rendersAsTransformersDoes(String name) throws IOException {
        List<?> commands = (List<?>) JsonReader.read(resource(name + ".cmds.json"));
        Map<?, ?> body = (Map<?, ?>) ((Map<?, ?>) commands.get(0)).get("body");
        Map<String, Object> variables = new HashMap<>();
        if (body.containsKey("tools")) {
            variables.put("tools", body.get("tools"));
        }
        ChatTemplate template = ChatTemplate.parse(resource(name + ".jinja"));
        List<Message> messages = template.withKnownRoles(Message.readAll(body.get("messages")));
        assertEquals(
                resource(name + ".expected.txt"),
                template.render(messages, true, Map.of(), variables, NOW).text());
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "developer user => [system: 0][user: 1]",
                "system developer user => [system: 0//1][user: 2]",
                "developer system user => [system: 0//1][user: 2]",
                "system user developer => [system: 0//2][user: 1]",
                "user developer => [user: 0][system: 1]",
                "user system => [user: 0][system: 1]",
                "system user system => [system: 0][user: 1][system: 2]",
                "developer developer => [system: 0//1]",
            })
    void developersAreSystemMessages(String roles, String rendered) {
        assertEquals(rendered.replace("//", "\n\n"), render(ROLES, conversation(roles)));
    }

    @Test
    void developersAreKeptIfTheTemplateKnowsThem() {
        String template = ROLES + "{% if messages[0].role == 'developer' %}!{% endif %}";
        assertEquals("[developer: 0][user: 1]!", render(template, conversation("developer user")));
    }

    @Test
    void unknownRolesAreNamed() {
        FieldException e = assertThrows(FieldException.class, () -> render(ROLES, conversation("user cook")));
        assertEquals("messages[1].role", e.path());
        assertTrue(e.getMessage().startsWith("messages[1].role is \"cook\"; it must be \"system\""), e.getMessage());
        assertEquals(
                "[user: 0][cook: 1]x",
                render(ROLES + "{{ 'x' if messages[1].role == \"cook\" }}", conversation("user cook")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "{{ messages[0].content }} => ``",
                "{{ messages[0].content is defined }} => False",
                "{{ messages[0]['content'] + '!' }} => !",
                "{{ messages[0].content.split('</think>')[-1].strip() }} => ``",
                "{% if messages[0].content is not none %}{{ messages[0].content | trim }}{% endif %} => ``",
                "{% if messages[0].content is string %}{{ messages[0].content }}{% else %}-{% endif %} => -",
                "{{ messages[0].tool_calls[0].function.arguments | tojson }} => {\"x\": [1, \"é\"]}",
                "{{ messages[0].tool_calls[0].function.arguments + '!' }} => {\"x\": [1, \"é\"]}!",
            })
    void everyTemplateReadsMessagesWithoutContent(String template, String rendered) {
        assertEquals(rendered, render(template, Message.readAll(JsonReader.read("[" + CALL + "]"))));
    }

    @Test
    void theErrorIsThatOfTheConversationAsGiven() {
        TemplateException e = assertThrows(
                TemplateException.class,
                () -> render(
                        "{{ raise_exception(messages[0].content is defined) }}",
                        Message.readAll(JsonReader.read("[" + CALL + "]"))));
        assertEquals("chat template, line 1: False", e.getMessage());
    }

    @Test
    void unknownConstructsFailOnlyWhenTheTemplateIsUsed() {
        ChatTemplate template = ChatTemplate.ofFile("{% include 'x' %}");
        assertEquals("{% include 'x' %}", template.source());
        TemplateException e = assertThrows(
                TemplateException.class, () -> template.render(conversation("user"), true, Map.of(), Map.of(), NOW));
        assertEquals("chat template, line 1: tag \"include\" is not supported", e.getMessage());
    }

    @Test
    void toolMessagesAreTextForTemplatesWithoutTools() {
        List<Message> messages = Message.readAll(JsonReader.read("[{\"role\": \"user\", \"content\": \"q\"}, " + CALL
                + ", {\"role\": \"tool\", \"tool_call_id\": \"c\", \"content\": \"21\"}]"));
        assertEquals(
                "[user: q][assistant: <tool_call>\n{\"name\": \"f\", \"arguments\": {\"x\": [1, \"é\"]}}\n</tool_call>]"
                        + "[user: <tool_response>\n21\n</tool_response>]",
                render(ROLES, ToolPrompt.rewrite(messages, List.of(), true)));
    }

    private static String render(String source, List<Message> messages) {
        ChatTemplate template = ChatTemplate.parse(source);
        return template.render(template.withKnownRoles(messages), true, Map.of(), Map.of(), NOW)
                .text();
    }

    /** Returns messages of these roles, whose contents are their numbers. */
    private static List<Message> conversation(String roles) {
        List<String> names = List.of(roles.split(" "));
        return IntStream.range(0, names.size())
                .mapToObj(i -> new Message(names.get(i), String.valueOf(i)))
                .toList();
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = ChatTemplateTest.class.getResourceAsStream("/chat/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
