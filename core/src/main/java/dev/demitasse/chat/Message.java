package dev.demitasse.chat;

import dev.demitasse.json.JsonException;
import dev.demitasse.json.JsonReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One message of a conversation, with the fields that templates read: {@code role}, {@code content}, {@code tool_calls}, ….
 */
public record Message(Map<String, @Nullable Object> fields) {
    /** @param role {@code system}, {@code user}, {@code assistant}, {@code tool} or what else the model's template knows */
    public Message(String role, String content) {
        this(fields(role, content));
    }

    /**
     * Reads messages in the OpenAI shape. {@code content} is a string, null or a list of text parts; the arguments of a tool call,
     * which are JSON text there, become the object that templates expect.
     *
     * @param conversation what {@link JsonReader} read
     * @throws IllegalArgumentException naming the field that is missing or malformed
     */
    public static List<Message> readAll(@Nullable Object conversation) {
        List<Message> messages = new ArrayList<>();
        for (Object message : list(conversation, "messages")) {
            messages.add(read(message, "messages[" + messages.size() + "]"));
        }
        return messages;
    }

    private static Message read(@Nullable Object given, String path) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>(object(given, path));
        string(fields.get("role"), path + ".role");
        Object content = fields.get("content");
        if (content instanceof List<?> parts) {
            for (int i = 0; i < parts.size(); i++) {
                Map<String, @Nullable Object> part = object(parts.get(i), path + ".content[" + i + "]");
                if (!"text".equals(part.get("type"))) {
                    throw new IllegalArgumentException(
                            path + ".content[" + i + "].type is " + part.get("type") + "; only text is supported");
                }
                string(part.get("text"), path + ".content[" + i + "].text");
            }
        } else if (content != null) {
            string(content, path + ".content");
        } else if (!fields.containsKey("tool_calls")) {
            throw new IllegalArgumentException(path + ".content is missing");
        }
        if (fields.get("tool_calls") != null) {
            List<@Nullable Object> calls = new ArrayList<>();
            for (Object call : list(fields.get("tool_calls"), path + ".tool_calls")) {
                calls.add(toolCall(call, path + ".tool_calls[" + calls.size() + "]"));
            }
            fields.put("tool_calls", calls);
        }
        return new Message(fields);
    }

    private static Map<String, @Nullable Object> toolCall(@Nullable Object given, String path) {
        Map<String, @Nullable Object> call = new LinkedHashMap<>(object(given, path));
        Map<String, @Nullable Object> function = new LinkedHashMap<>(object(call.get("function"), path + ".function"));
        string(function.get("name"), path + ".function.name");
        Object arguments = function.get("arguments");
        if (arguments instanceof String text) {
            try {
                arguments = JsonReader.read(text);
            } catch (JsonException e) {
                throw new IllegalArgumentException(path + ".function.arguments: " + e.getMessage(), e);
            }
        }
        function.put("arguments", object(arguments, path + ".function.arguments"));
        call.put("function", function);
        return call;
    }

    private static Map<String, @Nullable Object> fields(String role, String content) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("role", role);
        fields.put("content", content);
        return fields;
    }

    private static void string(@Nullable Object value, String path) {
        if (!(value instanceof String)) {
            throw wrong(value, path, "a string");
        }
    }

    private static List<?> list(@Nullable Object value, String path) {
        if (value instanceof List<?> list) {
            return list;
        }
        throw wrong(value, path, "an array");
    }

    @SuppressWarnings("unchecked") // JsonReader's keys are strings
    private static Map<String, @Nullable Object> object(@Nullable Object value, String path) {
        if (value instanceof Map<?, ?> map) {
            return (Map<String, @Nullable Object>) map;
        }
        throw wrong(value, path, "an object");
    }

    private static IllegalArgumentException wrong(@Nullable Object value, String path, String expected) {
        return new IllegalArgumentException(path + (value == null ? " is missing" : " should be " + expected));
    }
}
