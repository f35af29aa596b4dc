package dev.demitasse.chat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the answer to a prompt may hold beside text.
 *
 * @param thinks whether the model may begin with its reasoning, between {@code <think>} and {@code </think>}
 * @param opened whether the prompt has opened the reasoning already
 * @param toolCalls how the model would call tools; empty if it was given none
 */
public record AnswerFormat(boolean thinks, boolean opened, List<ToolCallFormat> toolCalls) {
    /** Text only. */
    public static final AnswerFormat PLAIN = new AnswerFormat(false, false, List.of());

    public static final String THINK = "<think>";
    public static final String END_THINK = "</think>";

    /**
     * What a model with this template answers.
     *
     * @param template its source
     * @param prompt what it rendered
     * @param variables what it was given: {@code tools}, {@code xml_tools} and {@code python_tools} name tools
     */
    public static AnswerFormat of(String template, String prompt, Map<String, @Nullable Object> variables) {
        boolean thinks = template.contains(THINK);
        return new AnswerFormat(
                thinks, thinks && prompt.stripTrailing().endsWith(THINK), ToolCallFormat.of(template, variables));
    }

    /** The same, where tools were described by {@link ToolPrompt}. */
    public AnswerFormat withToolPrompt() {
        return new AnswerFormat(thinks, opened, List.of(ToolPrompt.FORMAT));
    }

    /** How the answer may call a tool; null if it can't, or not in JSON. */
    public @Nullable CallSyntax callSyntax() {
        for (ToolCallFormat format : toolCalls) {
            if (format.syntax() != null) {
                return format.syntax();
            }
        }
        return null;
    }

    /** All texts that are {@link #markers} of any format. */
    public static Set<String> allMarkers() {
        return new AnswerFormat(true, false, ToolCallFormat.ALL).markers();
    }

    /** Texts that must reach {@link AnswerParser} though the vocabulary may have them as special tokens. */
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
