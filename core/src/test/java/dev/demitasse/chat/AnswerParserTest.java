package dev.demitasse.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AnswerParserTest {
    private static final AnswerFormat THINKS = new AnswerFormat(true, false, List.of());
    private static final AnswerFormat THINKING = new AnswerFormat(true, true, List.of());
    private static final AnswerFormat HERMES = new AnswerFormat(true, false, List.of(new HermesToolCalls()));
    private static final AnswerFormat LLAMA =
            new AnswerFormat(false, false, List.of(new LlamaJsonToolCall(), new LlamaPythonTagToolCall()));
    private static final AnswerFormat EVERYTHING = new AnswerFormat(true, false, ToolCallFormat.all());

    private static final String CALL = "<tool_call>\n{\"name\": \"now\", \"arguments\": {}}\n</tool_call>";
    private static final ToolCall NOW = new ToolCall("now", Map.of());

    private record Answer(String text, String reasoning, List<ToolCall> toolCalls) {}

    @Test
    void separatesReasoning() {
        assertEquals(
                new Answer("Four.", "2 + 2\n\nis 4", List.of()),
                parse(THINKS, "<think>\n2 + 2\n\nis 4\n</think>\n\nFour."));
        assertEquals(new Answer("Four.", "", List.of()), parse(THINKS, "\n<think>\n\n</think>\nFour."));
        assertEquals(new Answer("", "2 + 2", List.of()), parse(THINKS, "<think>2 + 2"));
        assertEquals(new Answer("Four.", "2 + 2", List.of()), parse(THINKING, "\n2 + 2</think>Four."));
        assertEquals(new Answer("", "2 <", List.of()), parse(THINKING, "2 <"));
    }

    @Test
    void otherTagsStayText() {
        for (String text : List.of("a <think>b</think>", "</think>a", "<thin", " \n", "<", "<think", "  <b>")) {
            assertEquals(new Answer(text, "", List.of()), parse(THINKS, text));
        }
        String text = " <think>a</think> " + CALL + "\n";
        assertEquals(new Answer(text, "", List.of()), parse(AnswerFormat.PLAIN, text));
    }

    @Test
    void separatesToolCalls() {
        assertEquals(
                new Answer("One moment.", "Time?", List.of(NOW, NOW)),
                parse(HERMES, "<think>Time?</think>\nOne moment.\n" + CALL + "\n" + CALL + "\n"));
        assertEquals(new Answer("", "", List.of(NOW)), parse(HERMES, CALL));
        assertEquals(
                new Answer("a b", "", List.of(NOW)), parse(HERMES, "a " + CALL + " b"), "text may go on after a call");
        assertEquals(
                new Answer("", "", List.of(NOW)),
                parse(HERMES, "<tool_call>{\"name\": \"now\"}"),
                "the end may be missing");
    }

    @Test
    void malformedCallsStayText() {
        for (String text : List.of(
                "<tool_call>{\"name\": }</tool_call> \n",
                " <tool_call>",
                "a\n<tool_call>{\"name\"",
                "<tool_call",
                "</tool_call>")) {
            assertEquals(new Answer(text, "", List.of()), parse(HERMES, text));
        }
        assertEquals(
                new Answer("<tool_call>oops", "", List.of(NOW)),
                parse(HERMES, "<tool_call>oops\n" + CALL),
                "a call within a malformed call");
    }

    @Test
    void aLlamaCallIsTheWholeAnswer() {
        String call = "{\"name\": \"now\", \"parameters\": {}}";
        assertEquals(new Answer("", "", List.of(NOW)), parse(LLAMA, "\n" + call));
        assertEquals(new Answer("", "", List.of(NOW)), parse(LLAMA, "<|python_tag|>" + call));
        for (String text : List.of("Here: " + call, "{\"a\": 1}", "{", call + " or so", "<|python_tag|>1 + 1")) {
            assertEquals(new Answer(text, "", List.of()), parse(LLAMA, text));
        }
    }

    @Test
    void textThatCannotBeATagIsNotHeldBack() {
        AnswerParser parser = new AnswerParser(HERMES);
        assertEquals(new AnswerParser.Delta("", ""), parser.push("<thi"));
        assertEquals(new AnswerParser.Delta("a", ""), parser.push("nk>\na"));
        assertEquals(new AnswerParser.Delta("", ""), parser.push(" </"));
        assertEquals(new AnswerParser.Delta(" </b", ""), parser.push("b"));
        assertEquals(new AnswerParser.Delta("", "c"), parser.push("</think>c "));
        assertEquals(new AnswerParser.Delta("", " d <"), parser.push("d <<tool"));
        assertEquals(new AnswerParser.Delta("", "<tools"), parser.push("s"));
    }

    @Test
    void detectsTheFormatFromTheTemplateAndItsTools() {
        Map<String, @Nullable Object> tools = Map.of("tools", List.of("f"));
        String hermes = "{%- if tools %}<tool_call>{% endif %}<think>";
        assertEquals(
                Set.of("<think>", "</think>"),
                AnswerFormat.of(hermes, "", Map.of()).markers());
        assertEquals(
                Set.of("<think>", "</think>", "<tool_call>", "</tool_call>"),
                AnswerFormat.of(hermes, "", tools).markers());
        assertEquals(
                Set.of("<code>", "</code>"),
                AnswerFormat.of("<tool_call> <code>", "", Map.of("python_tools", List.of("f")))
                        .markers());
        assertEquals(
                Set.of("<|tool_call|>", "<|/tool_call|>"),
                AnswerFormat.of("<|tool|>", "", Map.of()).markers());
        String llama = "Environment: ipython {\"name\": function name, \"parameters\": dictionary";
        assertEquals(
                Set.of("{", "<|python_tag|>"), AnswerFormat.of(llama, "", tools).markers());
        assertEquals(
                Set.of(), AnswerFormat.of(llama, "", Map.of("tools", List.of())).markers());
        assertTrue(AnswerFormat.of(hermes, "…assistant\n<think>\n", Map.of()).opened());
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void chunksDoNotChangeTheResult(
            @ForAll("answers") String answer, @ForAll("formats") AnswerFormat format, @ForAll long seed) {
        assertEquals(parse(format, answer), parseInPieces(format, answer, seed), answer);
    }

    /** Removes white space and the tags of the reasoning. */
    @Property(edgeCases = EdgeCasesMode.NONE)
    void nothingIsLost(@ForAll("answers") String answer) {
        Assume.that(!answer.contains("{\"name\": \"now\"}")); // changes the length of the call
        Answer parsed = parse(HERMES, answer);
        String found = parsed.reasoning() + parsed.text();
        int tags = 0;
        if (answer.strip().startsWith("<think>")) {
            tags = "<think>".length() + (answer.contains("</think>") ? "</think>".length() : 0);
        }
        int calls = parsed.toolCalls().size() * solid(CALL);
        assertEquals(solid(answer), solid(found) + tags + calls, answer);
    }

    private static int solid(String text) {
        return (int) text.chars().filter(c -> !Character.isWhitespace(c)).count();
    }

    @Provide
    Arbitrary<AnswerFormat> formats() {
        return Arbitraries.of(AnswerFormat.PLAIN, THINKS, THINKING, HERMES, LLAMA, EVERYTHING);
    }

    @Provide
    Arbitrary<String> answers() {
        return Arbitraries.frequencyOf(
                        Tuple.of(2, Arbitraries.of("<think>", "</think>", CALL)),
                        Tuple.of(1, Arbitraries.of("<tool_call>", "</tool_call>", "<code>now()</code>", "<code>")),
                        Tuple.of(
                                1,
                                Arbitraries.of("<|python_tag|>", "now.call()", "{\"name\": \"now\"}", "<|tool_call|>")),
                        Tuple.of(1, Arbitraries.of("<", "<t", "</", "tool_call>", "{", "a", "word")),
                        Tuple.of(2, Arbitraries.of(" ", "\n", "\n\n")))
                .list()
                .ofMaxSize(9)
                .map(parts -> String.join("", parts));
    }

    private static Answer parse(AnswerFormat format, String answer) {
        return parse(format, List.of(answer));
    }

    private static Answer parseInPieces(AnswerFormat format, String answer, long seed) {
        Random random = new Random(seed);
        List<String> pieces = new ArrayList<>();
        for (int from = 0; from < answer.length(); ) {
            int to = Math.min(answer.length(), from + 1 + random.nextInt(6));
            pieces.add(answer.substring(from, to));
            from = to;
        }
        return parse(format, pieces);
    }

    private static Answer parse(AnswerFormat format, List<String> pieces) {
        AnswerParser parser = new AnswerParser(format);
        StringBuilder text = new StringBuilder();
        StringBuilder reasoning = new StringBuilder();
        for (String piece : pieces) {
            AnswerParser.Delta certain = parser.push(piece);
            text.append(certain.text());
            reasoning.append(certain.reasoning());
        }
        AnswerParser.Delta last = parser.finish();
        return new Answer(
                text.append(last.text()).toString(),
                reasoning.append(last.reasoning()).toString(),
                List.copyOf(parser.toolCalls()));
    }
}
