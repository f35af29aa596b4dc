package dev.demitasse.grammar.schema;

import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.demitasse.grammar.Grammar;
import dev.demitasse.json.JsonReader;
import org.junit.jupiter.api.Test;

class SchemaCacheTest {
    private final SchemaCache cache = new SchemaCache();

    @Test
    void compilesASchemaOnce() {
        Grammar first = get("{\"properties\": {\"a\": {}, \"b\": {}}}");
        assertSame(first, get("{\"properties\":{\"a\":{},\"b\":{}}}"));
        assertNotSame(first, get("{\"properties\": {\"b\": {}, \"a\": {}}}")); // the order of members differs
    }

    @Test
    void dropsTheLeastRecentlyUsed() {
        Grammar first = get("{\"const\": 0}");
        Grammar second = get("{\"const\": 1}");
        for (int i = 2; i < 32; i++) {
            get("{\"const\": " + i + "}");
        }
        assertSame(first, get("{\"const\": 0}"));
        get("{\"const\": 32}");
        assertSame(first, get("{\"const\": 0}"));
        assertNotSame(second, get("{\"const\": 1}"));
    }

    @Test
    void doesNotKeepSchemasThatCannotBeCompiled() {
        assertThrows(IllegalArgumentException.class, () -> get("{\"type\": \"nothing\"}"));
        assertThrows(IllegalArgumentException.class, () -> get("{\"type\": \"nothing\"}"));
    }

    private Grammar get(String schema) {
        return cache.get(JsonReader.read(schema));
    }
}
