package dev.demitasse.openai;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A JSON object under construction. Its fields keep their order. */
final class JsonObject {
    private final Map<String, @Nullable Object> fields = new LinkedHashMap<>();

    /** Adds a field. */
    JsonObject with(String name, @Nullable Object value) {
        fields.put(name, value);
        return this;
    }

    /** Adds a field if the condition holds. */
    JsonObject withIf(boolean condition, String name, @Nullable Object value) {
        return condition ? with(name, value) : this;
    }

    /** Adds all fields of another object. */
    JsonObject withAll(JsonObject other) {
        fields.putAll(other.fields);
        return this;
    }

    Map<String, @Nullable Object> fields() {
        return fields;
    }
}
