package dev.demitasse.chat;

import dev.demitasse.jinja.InputMap;
import dev.demitasse.jinja.MarkedText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Marks the texts that a template is given, so that a special token in them stays text: a user who types {@code <|im_end|>} does not end
 * the turn.
 */
final class InputMarks {
    /** The texts of a model's syntax in answers, which an assistant's message may repeat. */
    private static final Set<String> ANSWER_MARKERS = AnswerFormat.allMarkers();

    private InputMarks() {}

    /** Marks the messages of a conversation, except their roles. */
    static List<Object> markMessages(List<? extends Map<String, @Nullable Object>> messages) {
        List<Object> marked = new ArrayList<>();
        for (Map<String, @Nullable Object> message : messages) {
            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
            for (Map.Entry<String, @Nullable Object> field : message.entrySet()) {
                fields.put(field.getKey(), MarkedText.mark(field.getValue()));
            }
            Object role = message.get("role");
            if (role instanceof String name && isName(name)) {
                fields.put("role", name);
            }
            if ("assistant".equals(role) && message.get("content") instanceof String content) {
                fields.put("content", markAnswer(content));
            }
            marked.add(new InputMap(fields));
        }
        return marked;
    }

    private static boolean isName(String role) {
        for (int i = 0; i < role.length(); i++) {
            char c = role.charAt(i);
            if (!Character.isLetterOrDigit(c) && c != '_' && c != '-' && c != ' ') {
                return false;
            }
        }
        return true;
    }

    /** Marks an answer of the model, except the tags of reasoning and tool calls: they may be special tokens, but end no turn. */
    static MarkedText markAnswer(String answer) {
        List<Object> parts = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < answer.length(); ) {
            String marker = markerAt(answer, i);
            if (marker.isEmpty()) {
                i++;
                continue;
            }
            parts.add(MarkedText.input(answer.substring(start, i)));
            parts.add(marker);
            i += marker.length();
            start = i;
        }
        parts.add(MarkedText.input(answer.substring(start)));
        return MarkedText.concat(parts);
    }

    /** Returns the longest marker at an index, or an empty text. */
    private static String markerAt(String answer, int index) {
        String longest = "";
        for (String marker : ANSWER_MARKERS) {
            if (marker.length() > longest.length() && answer.startsWith(marker, index)) {
                longest = marker;
            }
        }
        return longest;
    }
}
