package dev.demitasse.openai;

import dev.demitasse.chat.Message;
import dev.demitasse.json.FieldException;
import dev.demitasse.json.JsonField;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the messages of a chat request. Converts the forms that only OpenAI's API has to those that {@link Message} reads. */
final class ChatMessages {
    private ChatMessages() {}

    static List<Message> read(JsonField messages) {
        if (!(messages.value() instanceof List)) {
            return Message.readAll(messages.value()); // names the error
        }
        List<@Nullable Object> converted = new ArrayList<>();
        for (JsonField message : messages.elements()) {
            converted.add(message.value() instanceof Map ? convert(message) : message.value());
        }
        return Message.readAll(converted);
    }

    private static Map<String, @Nullable Object> convert(JsonField message) {
        JsonField call = message.member("function_call");
        if (call.isPresent()) {
            throw new FieldException(call.path(), "is OpenAI's former name of tool_calls; use tool_calls");
        }
        Map<String, @Nullable Object> fields = new LinkedHashMap<>(message.object());
        JsonField content = message.member("content");
        JsonField refusal = message.member("refusal");
        fields.remove("refusal");
        if (content.value() instanceof List) {
            fields.put("content", parts(content));
        } else if (!content.isPresent() && refusal.isPresent()) {
            fields.put("content", refusal.string());
        }
        return fields;
    }

    /** Returns the parts of a content. A refusal becomes text: the model reads what it has said. */
    private static List<@Nullable Object> parts(JsonField content) {
        List<@Nullable Object> parts = new ArrayList<>();
        for (JsonField part : content.elements()) {
            boolean isRefusal = part.value() instanceof Map
                    && "refusal".equals(part.member("type").value());
            parts.add(
                    isRefusal
                            ? Map.of(
                                    "type",
                                    "text",
                                    "text",
                                    part.member("refusal").string())
                            : part.value());
        }
        return parts;
    }
}
