package dev.demitasse.chat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The syntax in which a family of models writes tool calls in its answers. */
interface ToolCallFormat {
    /** Returns all formats. */
    static List<ToolCallFormat> all() {
        return List.of(
                new HermesToolCalls(),
                new CodeToolCalls(),
                new PhiToolCalls(),
                new LlamaJsonToolCall(),
                new LlamaPythonTagToolCall());
    }

    /**
     * Returns the formats in which a model may call tools.
     *
     * @param template the source of the chat template
     * @param variables the variables of the template
     */
    static List<ToolCallFormat> of(String template, Map<String, @Nullable Object> variables) {
        Set<String> tools = new HashSet<>();
        variables.forEach((name, value) -> {
            if (value instanceof List<?> list && !list.isEmpty()) {
                tools.add(name);
            }
        });
        List<ToolCallFormat> formats = new ArrayList<>();
        for (ToolCallFormat format : all()) {
            if (format.isUsedBy(template, tools)) {
                formats.add(format);
            }
        }
        return formats;
    }

    /**
     * Returns whether a model uses this format.
     *
     * @param template the source of the chat template
     * @param tools the names of the variables that describe tools: {@code tools}, {@code python_tools}, …
     */
    boolean isUsedBy(String template, Set<String> tools);

    /** Returns the text that a call begins with. */
    String begin();

    /** Returns the text that ends a call; empty if the end of the answer ends it. */
    String end();

    /** Returns whether a call must be the whole answer. */
    boolean isWholeAnswer();

    /** Returns the syntax of a call that {@link #read} parses, or null if it is not JSON. */
    default @Nullable CallSyntax syntax() {
        return null;
    }

    /**
     * Parses a call.
     *
     * @param text the text from {@link #begin}, included, to {@link #end}, excluded
     * @return the calls, or an empty list if the text is malformed
     */
    List<ToolCall> read(String text);
}
