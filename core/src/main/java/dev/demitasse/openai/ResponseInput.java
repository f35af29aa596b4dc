package dev.demitasse.openai;

import dev.demitasse.chat.Message;
import dev.demitasse.json.FieldException;
import dev.demitasse.json.JsonField;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the {@code input} of a request of {@code /responses}. Its items are messages, tool calls, their results and reasoning;
 * one message of the conversation may come from several items.
 */
final class ResponseInput {
    private final List<Map<String, @Nullable Object>> messages = new ArrayList<>();
    private final Map<String, String> calledNames = new LinkedHashMap<>(); // by the id of the call
    private String reasoning = ""; // of the next message of the assistant

    private ResponseInput() {}

    /**
     * Returns the conversation.
     *
     * @throws FieldException if an item is invalid
     */
    static List<Message> read(JsonField instructions, JsonField input) {
        ResponseInput reader = new ResponseInput();
        if (instructions.isPresent()) {
            reader.add("system", instructions.string());
        }
        if (input.value() instanceof List<?> items) {
            if (items.isEmpty()) {
                throw input.isNot("a text or an array of at least one item");
            }
            input.elements().forEach(reader::item);
        } else if (input.value() instanceof String text) {
            reader.add("user", text);
        } else {
            throw input.isNot("a text or an array of items");
        }
        List<Message> conversation = new ArrayList<>();
        reader.messages.forEach(fields -> conversation.add(new Message(fields)));
        return conversation;
    }

    private void item(JsonField item) {
        JsonField type = item.member("type");
        switch (type.isPresent()
                ? type.oneOf("message", "function_call", "function_call_output", "reasoning")
                : "message") {
            case "message" -> message(item);
            case "function_call" -> call(item);
            case "function_call_output" -> result(item);
            default -> reasoning = reasoning(item);
        }
    }

    private void message(JsonField item) {
        String role = item.member("role").oneOf("user", "assistant", "system", "developer");
        Map<String, @Nullable Object> message = add(role, text(item.member("content")));
        if (role.equals("assistant")) {
            addReasoning(message);
        } else {
            reasoning = ""; // of an answer that was left out
        }
    }

    /** Adds a call to the assistant's last message, or to a new one. */
    private void call(JsonField item) {
        Map<String, @Nullable Object> last = messages.isEmpty() ? null : messages.get(messages.size() - 1);
        if (last == null || !"assistant".equals(last.get("role"))) {
            last = add("assistant", null);
            addReasoning(last);
        }
        String id = item.member("call_id").name();
        String name = item.member("name").name();
        calledNames.put(id, name);
        Map<String, @Nullable Object> function = new LinkedHashMap<>();
        function.put("name", name);
        function.put("arguments", arguments(item.member("arguments")));
        Map<String, @Nullable Object> call = new LinkedHashMap<>();
        call.put("id", id);
        call.put("type", "function");
        call.put("function", function);
        List<@Nullable Object> calls = new ArrayList<>();
        if (last.get("tool_calls") instanceof List<?> earlier) {
            calls.addAll(earlier);
        }
        calls.add(call);
        last.put("tool_calls", calls);
    }

    private static Map<String, @Nullable Object> arguments(JsonField arguments) {
        arguments.string(); // of the two forms of a chat request only text is allowed here
        return Message.arguments(arguments);
    }

    private void result(JsonField item) {
        String id = item.member("call_id").name();
        Map<String, @Nullable Object> message = add("tool", text(item.member("output")));
        message.put("tool_call_id", id);
        String name = calledNames.get(id);
        if (name != null) {
            message.put("name", name);
        }
    }

    private static String reasoning(JsonField item) {
        JsonField content = item.member("content");
        return content.isPresent() ? text(content) : "";
    }

    private Map<String, @Nullable Object> add(String role, @Nullable String content) {
        Map<String, @Nullable Object> message = new LinkedHashMap<>();
        message.put("role", role);
        message.put("content", content);
        messages.add(message);
        return message;
    }

    private void addReasoning(Map<String, @Nullable Object> message) {
        if (!reasoning.isEmpty()) {
            message.put("reasoning_content", reasoning);
            reasoning = "";
        }
    }

    private static String text(JsonField content) {
        if (!(content.value() instanceof List)) {
            return content.string();
        }
        List<String> lines = new ArrayList<>();
        for (JsonField part : content.elements()) {
            String type = part.member("type").oneOf("input_text", "output_text", "refusal", "reasoning_text", "text");
            lines.add(part.member(type.equals("refusal") ? "refusal" : "text").string());
        }
        return String.join("\n", lines);
    }
}
