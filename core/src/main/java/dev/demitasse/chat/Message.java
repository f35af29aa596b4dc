package dev.demitasse.chat;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One message of a conversation.
 *
 * @param role {@code system}, {@code user}, {@code assistant} or what else the model's template knows
 */
public record Message(String role, String content) {
    /** The message as templates see it. */
    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("role", role);
        fields.put("content", content);
        return fields;
    }
}
