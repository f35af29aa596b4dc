package dev.demitasse.chat;

import dev.demitasse.json.FieldException;
import dev.demitasse.json.JsonException;
import dev.demitasse.json.JsonField;
import dev.demitasse.json.JsonReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message of a conversation in the form that templates read: {@code role} and {@code content}; in an assistant's message
 * also {@code reasoning_content} and {@code tool_calls}; in a tool's message {@code tool_call_id} and {@code name}; and any
 * other field that a model's template reads.
 *
 * @param fields values by name, of the types that {@link JsonReader} returns
 */
public record Message(Map<String, @Nullable Object> fields) {
    public Message {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /**
     * Creates a message of text.
     *
     * @param role {@code system}, {@code user}, {@code assistant} or another role of the model's template
     */
    public Message(String role, String content) {
        this(Map.of("role", role, "content", content));
    }

    /** Returns this message with another value of a field. */
    Message with(String name, Object value) {
        Map<String, @Nullable Object> changed = new LinkedHashMap<>(fields);
        changed.put(name, value);
        return new Message(changed);
    }

    /**
     * Reads messages in the form of OpenAI's chat API. Joins the parts of a content with line ends, and parses the arguments
     * of tool calls that are JSON text, as Hugging Face's templates expect.
     *
     * @param messages the conversation, as {@link JsonReader} returns it
     * @throws IllegalArgumentException if a field is missing or invalid; the message names it
     */
    public static List<Message> readAll(@Nullable Object messages) {
        List<Message> read = new ArrayList<>();
        JsonField conversation = new JsonField("messages", messages);
        for (JsonField message : conversation.elements()) {
            read.add(new Message(fields(message)));
        }
        if (read.isEmpty()) {
            throw conversation.isNot("an array of at least one message");
        }
        return read;
    }

    private static Map<String, @Nullable Object> fields(JsonField message) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>(message.object());
        fields.put("role", message.member("role").name());
        List<Object> toolCalls = toolCalls(message.member("tool_calls"));
        // Templates check whether the field exists.
        if (toolCalls.isEmpty()) {
            fields.remove("tool_calls");
        } else {
            fields.put("tool_calls", toolCalls);
        }
        JsonField content = message.member("content");
        boolean mayLackContent = !toolCalls.isEmpty() && !content.isPresent();
        fields.put("content", mayLackContent ? null : content(content));
        for (String name : List.of("reasoning_content", "tool_call_id", "name")) {
            JsonField field = message.member(name);
            if (field.isPresent()) {
                fields.put(name, field.string());
            } else {
                fields.remove(name);
            }
        }
        return fields;
    }

    private static String content(JsonField content) {
        if (!(content.value() instanceof List)) {
            return content.string();
        }
        List<String> lines = new ArrayList<>();
        for (JsonField part : content.elements()) {
            JsonField type = part.member("type");
            if (!type.string().equals("text")) {
                throw type.isNot("\"text\", the only kind of part that this model can read");
            }
            lines.add(part.member("text").string());
        }
        return String.join("\n", lines);
    }

    private static List<Object> toolCalls(JsonField toolCalls) {
        List<Object> read = new ArrayList<>();
        if (!toolCalls.isPresent()) {
            return read;
        }
        for (JsonField toolCall : toolCalls.elements()) {
            JsonField function = toolCall.member("function");
            Map<String, @Nullable Object> called = new LinkedHashMap<>(function.object());
            called.put("name", function.member("name").name());
            called.put("arguments", arguments(function.member("arguments")));
            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
            fields.put("type", "function");
            fields.putAll(toolCall.object());
            fields.put("function", called);
            read.add(fields);
        }
        return read;
    }

    /**
     * Reads the arguments of a tool call: an object, or JSON text of one. Some servers write a call without arguments as empty text.
     *
     * @throws FieldException if they are neither
     */
    public static Map<String, @Nullable Object> arguments(JsonField arguments) {
        if (!(arguments.value() instanceof String text)) {
            return arguments.object();
        }
        if (text.isEmpty()) {
            return Map.of();
        }
        try {
            return new JsonField(arguments.path(), JsonReader.read(text)).object();
        } catch (JsonException e) {
            throw new FieldException(arguments.path(), "is not JSON text: " + e.getMessage());
        }
    }
}
