package dev.demitasse.grammar;

import dev.demitasse.json.JsonWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The schemas asked for last, each compiled once. For one thread at a time. */
public final class SchemaCache {
    private static final int CAPACITY = 32;

    /** By the schema's JSON: the order of its members matters. The one used last comes last. */
    private final Map<String, Grammar> grammars = new LinkedHashMap<>();

    /**
     * The same as {@link Grammar#jsonSchema}.
     *
     * @throws IllegalArgumentException as it does
     */
    public Grammar get(@Nullable Object schema) {
        String json = JsonWriter.write(schema, -1);
        Grammar known = grammars.remove(json);
        Grammar grammar = known == null ? Grammar.jsonSchema(schema) : known;
        grammars.put(json, grammar);
        if (grammars.size() > CAPACITY) {
            grammars.remove(grammars.keySet().iterator().next());
        }
        return grammar;
    }
}
