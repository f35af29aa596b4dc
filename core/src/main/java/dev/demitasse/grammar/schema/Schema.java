package dev.demitasse.grammar.schema;

import dev.demitasse.json.JsonField;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes schemas that stand for a part of another one. */
final class Schema {
    private Schema() {}

    /**
     * Returns a schema of some keywords.
     *
     * @param path the path of the schema for which it stands
     * @param keywords names and values, alternating
     */
    static JsonField of(String path, @Nullable Object... keywords) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keywords.length; i += 2) {
            map.put(String.valueOf(keywords[i]), keywords[i + 1]);
        }
        return new JsonField(path, map);
    }

    /** Returns a schema of objects without a member. */
    static JsonField without(String path, String name) {
        return of(path, "properties", Map.of(name, false));
    }

    /** Returns a schema of objects with a member and others. */
    static JsonField requiring(String path, String name, List<JsonField> others) {
        List<Object> names = new ArrayList<>(List.of(name));
        for (JsonField other : others) {
            names.add(other.string());
        }
        return of(path, "required", names);
    }

    /** Returns the values of fields. */
    static List<@Nullable Object> values(List<JsonField> fields) {
        List<@Nullable Object> values = new ArrayList<>();
        for (JsonField field : fields) {
            values.add(field.value());
        }
        return values;
    }
}
