package dev.demitasse.chat;

import dev.demitasse.json.JsonException;
import dev.demitasse.json.JsonField;
import dev.demitasse.json.JsonReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads tool calls in JSON: {@code {"name": …, "arguments": {…}}}, or {@code parameters} instead, or an array of these. */
final class JsonToolCalls {
    private JsonToolCalls() {}

    /** Returns the calls, or an empty list if one of them is malformed. */
    static List<ToolCall> read(String text) {
        try {
            JsonField json = new JsonField("tool call", JsonReader.read(text));
            List<ToolCall> calls = new ArrayList<>();
            for (JsonField call : json.value() instanceof List ? json.elements() : List.of(json)) {
                calls.add(new ToolCall(call.member("name").name(), arguments(call)));
            }
            return calls;
        } catch (JsonException | IllegalArgumentException e) {
            return List.of(); // the malformed call stays text of the answer
        }
    }

    private static Map<String, @Nullable Object> arguments(JsonField call) {
        JsonField arguments = call.member("arguments");
        if (!arguments.isPresent()) {
            arguments = call.member("parameters");
        }
        if (arguments.value() instanceof String text) {
            arguments = new JsonField("arguments", JsonReader.read(text));
        }
        return arguments.isPresent() ? arguments.object() : Map.of();
    }
}
