package dev.demitasse.chat;

import java.util.List;
import java.util.Set;

/**
 * Python code between {@code <code>} and {@code </code>} that only calls functions: SmolLM3 with {@code python_tools}. Other
 * code stays text.
 */
final class CodeToolCalls implements ToolCallFormat {
    @Override
    public boolean isUsedBy(String template, Set<String> tools) {
        return template.contains(begin()) && tools.contains("python_tools");
    }

    @Override
    public String begin() {
        return "<code>";
    }

    @Override
    public String end() {
        return "</code>";
    }

    @Override
    public boolean isWholeAnswer() {
        return false;
    }

    @Override
    public List<ToolCall> read(String text) {
        return PythonToolCalls.read(text.substring(begin().length()));
    }
}
