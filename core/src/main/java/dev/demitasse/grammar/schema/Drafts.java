package dev.demitasse.grammar.schema;

import dev.demitasse.json.JsonField;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Converts the keywords of earlier drafts of JSON Schema to those of draft 2020-12. */
final class Drafts {
    private Drafts() {}

    /**
     * Returns a schema in the form of draft 2020-12. Subschemas stay as they are.
     *
     * @param referencesReplace whether {@code $ref} replaces all keywords next to it, as up to draft 7
     */
    static JsonField upgraded(JsonField schema, boolean referencesReplace) {
        if (!(schema.value() instanceof Map)) {
            return schema;
        }
        Map<String, @Nullable Object> keywords = new LinkedHashMap<>(schema.object());
        if (referencesReplace && keywords.get("$ref") instanceof String reference) {
            keywords.clear();
            keywords.put("$ref", reference);
            return new JsonField(schema.path(), keywords);
        }
        tuple(keywords);
        limit(keywords, "minimum", "exclusiveMinimum");
        limit(keywords, "maximum", "exclusiveMaximum");
        dependencies(keywords);
        if (keywords.get("$recursiveRef") instanceof String reference) {
            keywords.putIfAbsent("$ref", reference);
        }
        return new JsonField(schema.path(), keywords);
    }

    /** Converts an array of {@code items}, which are followed by {@code additionalItems}. */
    private static void tuple(Map<String, @Nullable Object> keywords) {
        Object rest = keywords.remove("additionalItems");
        if (keywords.get("items") instanceof List<?> items) {
            keywords.remove("items");
            keywords.putIfAbsent("prefixItems", items);
            if (rest != null) {
                keywords.put("items", rest);
            }
        }
    }

    /** Converts an exclusive limit that is true or false, as in draft 4. */
    private static void limit(Map<String, @Nullable Object> keywords, String inclusive, String exclusive) {
        if (keywords.get(exclusive) instanceof Boolean isExclusive) {
            keywords.remove(exclusive);
            if (isExclusive && keywords.containsKey(inclusive)) {
                keywords.put(exclusive, keywords.remove(inclusive));
            }
        }
    }

    /** Converts {@code dependencies}, each of which is a list of names, one name or a schema. */
    private static void dependencies(Map<String, @Nullable Object> keywords) {
        if (!(keywords.get("dependencies") instanceof Map<?, ?> dependencies)) {
            return;
        }
        Map<String, @Nullable Object> names = new LinkedHashMap<>();
        Map<String, @Nullable Object> schemas = new LinkedHashMap<>();
        dependencies.forEach((name, value) -> {
            Object list = value instanceof String one ? List.of(one) : value;
            (list instanceof List ? names : schemas).put((String) name, list);
        });
        keywords.remove("dependencies");
        if (!names.isEmpty()) {
            keywords.putIfAbsent("dependentRequired", names);
        }
        if (!schemas.isEmpty()) {
            keywords.putIfAbsent("dependentSchemas", schemas);
        }
    }
}
