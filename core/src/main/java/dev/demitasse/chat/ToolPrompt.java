package dev.demitasse.chat;

import dev.demitasse.json.JsonWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tools for models with a chat template that does not support them: the system message describes the tools, and calls and
 * their results become text of messages, in the tags of Hermes and Qwen.
 */
public final class ToolPrompt {
    static final ToolCallFormat FORMAT = new HermesToolCalls();

    private ToolPrompt() {}

    /**
     * Rewrites a conversation so that tools, calls and results are text.
     *
     * @param tools in the form of OpenAI's API: {@code {type: "function", function: {name, description, parameters}}}
     * @param system whether a message of the role {@code system} describes the tools; otherwise the first message does
     */
    public static List<Message> rewrite(List<Message> messages, List<?> tools, boolean system) {
        List<Message> rewritten = new ArrayList<>();
        StringBuilder responses = new StringBuilder();
        for (Message message : messages) {
            String role = String.valueOf(message.fields().get("role"));
            if (role.equals("tool")) {
                responses
                        .append(responses.length() == 0 ? "" : "\n")
                        .append("<tool_response>\n")
                        .append(content(message))
                        .append("\n</tool_response>");
                continue;
            }
            if (responses.length() > 0) {
                rewritten.add(new Message("user", responses.toString()));
                responses.setLength(0);
            }
            rewritten.add(
                    message.fields().get("tool_calls") instanceof List<?> calls ? withCalls(message, calls) : message);
        }
        if (responses.length() > 0) {
            rewritten.add(new Message("user", responses.toString()));
        }
        if (!tools.isEmpty()) {
            describe(rewritten, tools, system);
        }
        return rewritten;
    }

    private static void describe(List<Message> messages, List<?> tools, boolean system) {
        StringBuilder text = new StringBuilder("You can call these functions:\n<tools>\n");
        for (Object tool : tools) {
            text.append(JsonWriter.write(tool, -1)).append('\n');
        }
        text.append("</tools>\nTo call one, answer only with its name and arguments, in this form:\n")
                .append("<tool_call>\n{\"name\": \"...\", \"arguments\": {...}}\n</tool_call>");
        Message first = messages.get(0);
        if (!system || "system".equals(first.fields().get("role"))) {
            String own = content(first);
            String both = system ? own + "\n\n" + text : text + "\n\n" + own;
            messages.set(0, with(first, both));
        } else {
            messages.add(0, new Message("system", text.toString()));
        }
    }

    private static Message withCalls(Message message, List<?> calls) {
        StringBuilder text = new StringBuilder(content(message));
        for (Object call : calls) {
            if (call instanceof Map<?, ?> map && map.get("function") instanceof Map<?, ?> function) {
                Map<String, @Nullable Object> said = new LinkedHashMap<>();
                said.put("name", function.get("name"));
                said.put("arguments", function.get("arguments"));
                text.append(text.length() == 0 ? "" : "\n")
                        .append("<tool_call>\n")
                        .append(JsonWriter.write(said, -1))
                        .append("\n</tool_call>");
            }
        }
        return with(message, text.toString());
    }

    private static Message with(Message message, String content) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>(message.fields());
        fields.remove("tool_calls");
        fields.put("content", content);
        return new Message(fields);
    }

    private static String content(Message message) {
        Object content = message.fields().get("content");
        return content == null ? "" : content.toString();
    }
}
