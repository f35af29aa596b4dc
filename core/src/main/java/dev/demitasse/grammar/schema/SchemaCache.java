package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.Grammar;
import dev.demitasse.json.JsonWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Caches the grammars of the most recently used schemas. Not thread-safe. */
public final class SchemaCache {
    private static final int CAPACITY = 32;

    /** Grammars by the JSON text of their schema, because the order of members matters. Most recently used last. */
    private final Map<String, Grammar> grammars = new LinkedHashMap<>();

    /**
     * Returns the grammar of a schema.
     *
     * @throws IllegalArgumentException as {@link JsonSchema#compile} does
     */
    public Grammar get(@Nullable Object schema) {
        String json = JsonWriter.write(schema, -1);
        Grammar known = grammars.remove(json);
        Grammar grammar = known == null ? JsonSchema.compile(schema) : known;
        grammars.put(json, grammar);
        if (grammars.size() > CAPACITY) {
            grammars.remove(grammars.keySet().iterator().next());
        }
        return grammar;
    }
}
