package dev.demitasse.chat;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A function call that the model requests.
 *
 * @param arguments values by name, of the types that {@link dev.demitasse.json.JsonReader} returns
 */
public record ToolCall(String name, Map<String, @Nullable Object> arguments) {}
