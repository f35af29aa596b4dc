package dev.demitasse.fuzz;

import dev.demitasse.chat.AnswerFormat;
import dev.demitasse.chat.AnswerParser;
import dev.demitasse.chat.ToolCall;
import dev.demitasse.json.JsonReader;
import dev.demitasse.json.JsonWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Answers with reasoning and tool calls in each format, as text that arrives in pieces. The pieces must not matter. */
final class AnswerTarget extends Target {
    private static final List<AnswerFormat> FORMATS = formats();

    AnswerTarget() {
        super();
    }

    private static List<AnswerFormat> formats() {
        List<Object> tools = List.of(Map.of("name", "f"));
        String hermes = "<tool_call>";
        String code = "<code>";
        String llama = "{\"name\": function name, \"parameters\": Environment: ipython";
        String phi = "<|tool|>";
        String think = "<think>";
        List<AnswerFormat> formats = new ArrayList<>();
        for (String template : List.of("", hermes, code, llama, phi, think, think + hermes + code + llama + phi)) {
            Map<String, Object> variables = new HashMap<>();
            for (String name : List.of("tools", "xml_tools", "python_tools", "builtin_tools")) {
                variables.put(name, tools);
            }
            formats.add(AnswerFormat.of(template, "", variables));
        }
        formats.add(AnswerFormat.of(think, think, Map.of()));
        formats.add(AnswerFormat.PLAIN.withToolPrompt());
        return formats;
    }

    @Override
    protected void test(byte[] bytes) {
        Input input = new Input(bytes);
        AnswerFormat format = FORMATS.get(input.choice(FORMATS.size()));
        int piece = 1 + input.choice(20);
        String answer = input.text();
        Map<String, Object> whole = parse(format, answer, Math.max(1, answer.length()));
        checkEqual(whole, parse(format, answer, piece));
        if (format.equals(AnswerFormat.PLAIN)) {
            checkEqual(answer, whole.get("text"));
        }
    }

    private static Map<String, Object> parse(AnswerFormat format, String answer, int piece) {
        AnswerParser parser = new AnswerParser(format);
        StringBuilder text = new StringBuilder();
        StringBuilder reasoning = new StringBuilder();
        for (int at = 0; at < answer.length(); at += piece) {
            AnswerParser.Delta delta = parser.push(answer.substring(at, Math.min(answer.length(), at + piece)));
            text.append(delta.text());
            reasoning.append(delta.reasoning());
        }
        AnswerParser.Delta rest = parser.finish();
        List<String> calls = new ArrayList<>();
        for (ToolCall call : parser.toolCalls()) {
            String arguments = JsonWriter.write(call.arguments(), -1);
            checkEqual(call.arguments(), JsonReader.read(arguments));
            calls.add(call.name() + arguments);
        }
        Map<String, Object> parsed = new LinkedHashMap<>();
        parsed.put("text", text.append(rest.text()).toString());
        parsed.put("reasoning", reasoning.append(rest.reasoning()).toString());
        parsed.put("calls", calls);
        return parsed;
    }

    @Override
    protected List<byte[]> seeds() {
        List<String> answers = List.of(
                "plain",
                "a <tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": 1}}\n</tool_call> b <tool_call>{}</tool_call>",
                "<code>\nx = a.b(c=[1, 'two', {\"d\": None}], e=True) # f\nprint(x, g(h=-1.5e3))\n</code>",
                "{\"name\": \"f\", \"parameters\": {\"a\": \"\\u00e9\"}}",
                "<|tool_call|>[{\"name\": \"f\", \"arguments\": \"{\\\"a\\\": []}\"}]<|/tool_call|>",
                "<think>\nwhy </think>\n<|python_tag|>brave.call(q=\"\"\"x\\n\"\"\")");
        List<byte[]> seeds = new ArrayList<>();
        for (int i = 0; i < answers.size(); i++) {
            seeds.add(Input.of(answers.get(i), 2, i));
            seeds.add(Input.of(answers.get(i), 0, 6));
        }
        return seeds;
    }

    @Override
    protected List<String> dictionary() {
        return List.of(
                "<tool_call>",
                "</tool_call>",
                "<think>",
                "</think>",
                "<code>",
                "</code>",
                "<|python_tag|>",
                "<|tool_call|>",
                "<|/tool_call|>",
                "{\"name\": \"f\", \"arguments\": {",
                "\"parameters\": {",
                "f(a=1)",
                "print(",
                ".call(",
                "'''",
                "\"\"\"",
                "True",
                "None",
                "\\x4",
                "\\u00",
                "# ",
                "\n",
                "\r");
    }

    @Override
    protected long maxAllocation(int inputLength) {
        return 1_000_000 + 10_000L * inputLength;
    }
}
