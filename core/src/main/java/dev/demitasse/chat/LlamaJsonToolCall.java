package dev.demitasse.chat;

import java.util.List;
import java.util.Set;

/** An answer that consists of {@code {"name": …, "parameters": {…}}}: Llama 3.1, 3.2 and 3.3. */
final class LlamaJsonToolCall implements ToolCallFormat {
    @Override
    public boolean isUsedBy(String template, Set<String> tools) {
        return template.contains("{\"name\": function name, \"parameters\":") && tools.contains("tools");
    }

    @Override
    public String begin() {
        return "{";
    }

    @Override
    public String end() {
        return "";
    }

    @Override
    public boolean isWholeAnswer() {
        return true;
    }

    @Override
    public CallSyntax syntax() {
        return new CallSyntax("{\"name\": ", ", \"parameters\": ", "}");
    }

    @Override
    public List<ToolCall> read(String text) {
        return JsonToolCalls.read(text);
    }
}
