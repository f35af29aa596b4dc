package dev.demitasse.jinja;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Jinja's {@code namespace}: the only value that a template can modify. Equal only to itself. */
final class Namespace {
    private final Map<String, @Nullable Object> fields = new LinkedHashMap<>();

    Map<String, @Nullable Object> fields() {
        return fields;
    }

    /** Sets a field. As in Hugging Face's version, its name must not begin with an underscore. */
    void set(String name, @Nullable Object value) {
        if (name.startsWith("_")) {
            throw new EvaluationException("a namespace can't have \"" + name + "\": it begins with an underscore");
        }
        fields.put(name, value);
    }
}
