package dev.demitasse.chat;

import java.util.List;
import java.util.Set;

/**
 * {@code <|tool_call|>[{"name": …, "arguments": {…}}, …]<|/tool_call|>}: Phi-4-mini. The template of this model reads the
 * tools from the field {@code tools} of the system message, and lists them between {@code <|tool|>} and {@code <|/tool|>}.
 */
final class PhiToolCalls implements ToolCallFormat {
    @Override
    public boolean isUsedBy(String template, Set<String> tools) {
        return template.contains("<|tool|>") || template.contains(begin());
    }

    @Override
    public String begin() {
        return "<|tool_call|>";
    }

    @Override
    public String end() {
        return "<|/tool_call|>";
    }

    @Override
    public boolean isWholeAnswer() {
        return false;
    }

    @Override
    public CallSyntax syntax() {
        return new CallSyntax(begin() + "[{\"name\": ", ", \"arguments\": ", "}]" + end());
    }

    @Override
    public List<ToolCall> read(String text) {
        return JsonToolCalls.read(text.substring(begin().length()));
    }
}
