package dev.demitasse.chat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How a family of models writes tool calls in its answers. */
interface ToolCallFormat {
    List<ToolCallFormat> ALL = List.of(
            new HermesToolCalls(),
            new CodeToolCalls(),
            new PhiToolCalls(),
            new LlamaJsonToolCall(),
            new LlamaPythonTagToolCall());

    /**
     * Those that the model may answer in.
     *
     * @param template the source of its chat template
     * @param variables what the template was given
     */
    static List<ToolCallFormat> of(String template, Map<String, @Nullable Object> variables) {
        Set<String> tools = new HashSet<>();
        variables.forEach((name, value) -> {
            if (value instanceof List<?> list && !list.isEmpty()) {
                tools.add(name);
            }
        });
        List<ToolCallFormat> formats = new ArrayList<>();
        for (ToolCallFormat format : ALL) {
            if (format.isUsedBy(template, tools)) {
                formats.add(format);
            }
        }
        return formats;
    }

    /**
     * Whether a model calls tools so.
     *
     * @param template the source of its chat template
     * @param tools the variables that tell it of tools: {@code tools}, {@code python_tools}, …
     */
    boolean isUsedBy(String template, Set<String> tools);

    /** The text that a call begins with. */
    String begin();

    /** The text that follows a call; empty if that is the end of the answer. */
    String end();

    /** Whether a call can only stand at the beginning of the answer. */
    boolean isWholeAnswer();

    /** How to write a call that {@link #read} understands; null if that isn't JSON. */
    default @Nullable CallSyntax syntax() {
        return null;
    }

    /**
     * Reads what stands from {@link #begin}, included, to {@link #end}, excluded.
     *
     * @return the calls; none if this is not a call
     */
    List<ToolCall> read(String text);
}
