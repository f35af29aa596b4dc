package dev.demitasse.chat;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A function that the model asks to be called.
 *
 * @param arguments by name, as {@link dev.demitasse.json.JsonReader} gives them
 */
public record ToolCall(String name, Map<String, @Nullable Object> arguments) {}
