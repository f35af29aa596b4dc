package dev.demitasse.chat;

import java.util.List;
import java.util.Set;

/**
 * {@code <tool_call>{"name": …, "arguments": {…}}</tool_call>}, one pair of tags for each call: Hermes 2 Pro and 3, Qwen 2.5 and
 * 3, SmolLM3 with {@code xml_tools}.
 */
final class HermesToolCalls implements ToolCallFormat {
    @Override
    public boolean isUsedBy(String template, Set<String> tools) {
        return template.contains(begin()) && (tools.contains("tools") || tools.contains("xml_tools"));
    }

    @Override
    public String begin() {
        return "<tool_call>";
    }

    @Override
    public String end() {
        return "</tool_call>";
    }

    @Override
    public boolean isWholeAnswer() {
        return false;
    }

    @Override
    public CallSyntax syntax() {
        return new CallSyntax(begin() + "\n{\"name\": ", ", \"arguments\": ", "}\n" + end());
    }

    @Override
    public List<ToolCall> read(String text) {
        return JsonToolCalls.read(text.substring(begin().length()));
    }
}
