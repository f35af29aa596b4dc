package dev.demitasse.chat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The parts that the answer to a prompt can have in addition to text.
 *
 * @param thinks whether the answer may begin with reasoning, between {@code <think>} and {@code </think>}
 * @param opened whether the prompt already ends with {@code <think>}
 * @param toolCalls the formats in which the model may call tools; empty if the prompt describes no tools
 */
public record AnswerFormat(boolean thinks, boolean opened, List<ToolCallFormat> toolCalls) {
    /** Text only. */
    public static final AnswerFormat PLAIN = new AnswerFormat(false, false, List.of());

    public static final String THINK = "<think>";
    public static final String END_THINK = "</think>";

    /**
     * Detects the format of a model's answers from its chat template.
     *
     * @param template the source of the template
     * @param prompt the prompt that the template rendered
     * @param variables the variables of the template: {@code tools}, {@code xml_tools} and {@code python_tools} describe tools
     */
    public static AnswerFormat of(String template, String prompt, Map<String, @Nullable Object> variables) {
        boolean thinks = template.contains(THINK);
        return new AnswerFormat(
                thinks, thinks && prompt.stripTrailing().endsWith(THINK), ToolCallFormat.of(template, variables));
    }

    /** Returns this format for a prompt in which {@link ToolPrompt} described the tools. */
    public AnswerFormat withToolPrompt() {
        return new AnswerFormat(thinks, opened, List.of(ToolPrompt.FORMAT));
    }

    /** Returns the JSON syntax of a tool call, or null if the answer can't call tools or calls them in another language. */
    public @Nullable CallSyntax callSyntax() {
        for (ToolCallFormat format : toolCalls) {
            if (format.syntax() != null) {
                return format.syntax();
            }
        }
        return null;
    }

    /** Returns the {@link #markers} of all formats. */
    public static Set<String> allMarkers() {
        return new AnswerFormat(true, false, ToolCallFormat.all()).markers();
    }

    /** Returns texts that {@link AnswerParser} has to see even if the vocabulary has them as special tokens. */
    public Set<String> markers() {
        Set<String> markers = new TreeSet<>();
        if (thinks) {
            markers.addAll(List.of(THINK, END_THINK));
        }
        for (ToolCallFormat format : toolCalls) {
            markers.addAll(List.of(format.begin(), format.end()));
        }
        markers.remove("");
        return markers;
    }
}
