package dev.demitasse.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Reasoning, text and tool calls; each answer is parsed whole, character by character and in random pieces. */
class AnswerParserTest {
    private static final String HERMES = "{% if tools %}<tool_call>{% endif %}<think>";
    private static final Map<String, Object> TOOLS = Map.of("tools", List.of(Map.of("type", "function")));
    private static final AnswerFormat THINKS = AnswerFormat.of(HERMES, "", Map.of());
    private static final AnswerFormat CALLS = AnswerFormat.of(HERMES, "", TOOLS);
    private static final AnswerFormat LLAMA = AnswerFormat.of("\"parameters\":", "", TOOLS);
    private static final AnswerFormat PYTHON =
            AnswerFormat.of("<code>", "", Map.of("python_tools", List.of("def f(): ...")));

    @Test
    void reasoningIsSplitFromTheAnswer() {
        check(THINKS, "<think>\nlet me see\n</think>\n\nFour.", "let me see\n", "Four.");
        check(THINKS, " \n<think>a</think>b", "a", "b");
        check(THINKS, "<think>\n\n</think>\n\nFour.", "", "Four.");
        check(THINKS, "no thoughts, <think> as text</think>", "", "no thoughts, <think> as text</think>");
        check(THINKS, "<think>never closed </thin", "never closed </thin", "");
        check(THINKS, "<thi", "", "<thi");
        check(THINKS, "  indented", "", "  indented");
        check(AnswerFormat.PLAIN, "<think>x</think>y", "", "<think>x</think>y");
        check(AnswerFormat.of(HERMES, "…assistant\n<think>\n", Map.of()), "deep</think>\nanswer", "deep", "answer");
    }

    @Test
    void toolCallsAreParsed() {
        String call = "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"x\": [1, \"</a>\"]}}\n</tool_call>";
        ToolCall f = new ToolCall("f", Map.of("x", List.of(1L, "</a>")));
        check(CALLS, "Let me see. " + call, "", "Let me see. ", f);
        check(CALLS, "<think>hm</think>\n" + call + "\n" + call, "hm", "\n", f, f);
        check(CALLS, "<tool_call>{\"name\": \"f\"}", "", "", new ToolCall("f", Map.of()));
        check(LLAMA, "{\"name\": \"f\", \"parameters\": {\"x\": 1}}", "", "", new ToolCall("f", Map.of("x", 1L)));
        check(
                PYTHON,
                "<code>f(city=\"Oslo\", days=-2, all=True, l=[1.5, None])</code>",
                "",
                "",
                new ToolCall("f", map("city", "Oslo", "days", -2L, "all", true, "l", Arrays.asList(1.5, null))));
    }

    @Test
    void whatIsNoCallStaysText() {
        for (String text : new String[] {
            "<tool_call>{\"name\": 1}</tool_call> after",
            "<tool_call>not json</tool_call>",
            "<tool_call>{\"name\": \"f\"",
            "a <tool_cal",
            "a < b, {\"name\": \"f\"}",
        }) {
            check(CALLS, text, "", text);
        }
        check(THINKS, "<tool_call>{\"name\": \"f\"}</tool_call>", "", "<tool_call>{\"name\": \"f\"}</tool_call>");
        check(LLAMA, "{\"a\": 1}", "", "{\"a\": 1}");
        check(LLAMA, "It is {\"name\": \"f\"}.", "", "It is {\"name\": \"f\"}.");
        for (String text :
                new String[] {"<code>print(f(x=1) + 1)</code>", "<code>f(1)</code>", "<code></code>", "<code>x"}) {
            check(PYTHON, text, "", text);
        }
    }

    private static void check(AnswerFormat format, String answer, String reasoning, String text, ToolCall... calls) {
        Random random = new Random(3);
        for (int most : new int[] {answer.length(), 1, 2, 3, 7}) {
            for (int run = 0; run < 20; run++) {
                AnswerParser parser = new AnswerParser(format);
                StringBuilder gotReasoning = new StringBuilder();
                StringBuilder gotText = new StringBuilder();
                List<AnswerParser.Piece> pieces = new ArrayList<>();
                for (int i = 0; i < answer.length(); ) {
                    int end = most == answer.length() ? most : Math.min(answer.length(), i + 1 + random.nextInt(most));
                    pieces.add(parser.push(answer.substring(i, end)));
                    i = end;
                }
                pieces.add(parser.finish());
                for (AnswerParser.Piece piece : pieces) {
                    gotReasoning.append(piece.reasoning());
                    gotText.append(piece.text());
                }
                assertEquals(reasoning, gotReasoning.toString(), answer);
                assertEquals(text, gotText.toString(), answer);
                assertEquals(List.of(calls), parser.toolCalls(), answer);
            }
        }
    }

    @Test
    void messagesAreChecked() {
        Map<String, Object> function = Map.of("name", "f", "arguments", "{\"x\": 1}");
        Message call = Message.readAll(List.of(toolCalling(function))).get(0);
        assertEquals(
                List.of(Map.of("function", Map.of("name", "f", "arguments", Map.of("x", 1L)))),
                call.fields().get("tool_calls"));
        assertRefused("messages is missing", null);
        assertRefused("messages[0] should be an object", List.of("hi"));
        assertRefused("messages[0].role is missing", List.of(Map.of("content", "x")));
        assertRefused("messages[0].content is missing", List.of(Map.of("role", "user")));
        assertRefused("messages[0].content should be a string", List.of(Map.of("role", "user", "content", 1L)));
        assertRefused(
                "messages[0].content[0].type is image",
                List.of(Map.of("role", "user", "content", List.of(Map.of("type", "image")))));
        assertRefused("messages[0].tool_calls[0].function.name is missing", List.of(toolCalling(Map.of())));
        assertRefused(
                "messages[0].tool_calls[0].function.arguments:",
                List.of(toolCalling(Map.of("name", "f", "arguments", "{"))));
    }

    private static Map<String, Object> toolCalling(Map<String, Object> function) {
        return Map.of("role", "assistant", "tool_calls", List.of(Map.of("function", function)));
    }

    private static void assertRefused(String message, Object messages) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Message.readAll(messages));
        assertTrue(e.getMessage().startsWith(message), e.getMessage());
    }

    private static Map<String, Object> map(Object... entries) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < entries.length; i += 2) {
            map.put((String) entries[i], entries[i + 1]);
        }
        return map;
    }
}
