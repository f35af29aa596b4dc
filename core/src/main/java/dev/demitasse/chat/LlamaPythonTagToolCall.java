package dev.demitasse.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A call after {@code <|python_tag|>}, in the "ipython" environment of Llama 3.1 and later: {@code tool.call(name="value")}
 * for a tool that the model was trained with, or JSON as in {@link LlamaJsonToolCall}.
 */
final class LlamaPythonTagToolCall implements ToolCallFormat {
    private static final String CALL = ".call";

    @Override
    public boolean isUsedBy(String template, Set<String> tools) {
        return template.contains("Environment: ipython")
                && (tools.contains("tools") || tools.contains("builtin_tools"));
    }

    @Override
    public String begin() {
        return "<|python_tag|>";
    }

    @Override
    public String end() {
        return "";
    }

    @Override
    public boolean isWholeAnswer() {
        return false;
    }

    @Override
    public List<ToolCall> read(String text) {
        String call = text.substring(begin().length());
        if (call.stripLeading().startsWith("{")) {
            return JsonToolCalls.read(call);
        }
        List<ToolCall> calls = new ArrayList<>();
        for (ToolCall made : PythonToolCalls.read(call)) {
            String name = made.name();
            calls.add(
                    name.endsWith(CALL)
                            ? new ToolCall(name.substring(0, name.length() - CALL.length()), made.arguments())
                            : made);
        }
        return calls;
    }
}
