package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.Grammar;
import org.jspecify.annotations.Nullable;

/** Grammars of JSON texts. */
public final class JsonSchema {
    private JsonSchema() {}

    /**
     * Returns a grammar of JSON texts that are valid against a schema of JSON Schema 2020-12. All its texts are valid, but
     * not all valid texts are in the grammar:
     *
     * <ul>
     *   <li>Declared members come in the order of {@code properties}, further members after them, and names are distinct.
     *   <li>White space is bounded, and so are the digits of numbers.
     *   <li>A schema with {@code properties} but without {@code additionalProperties} allows no further members, as in
     *       llama.cpp.
     *   <li>A schema without {@code type} allows only the types that its keywords are about.
     * </ul>
     *
     * @param schema a value as {@link dev.demitasse.json.JsonReader} returns it
     * @throws IllegalArgumentException if a part of the schema is invalid, not supported, too large or can't be satisfied;
     *     the message begins with its path, such as {@code schema.properties.a.pattern}
     */
    public static Grammar compile(@Nullable Object schema) {
        SchemaCompiler compiler = new SchemaCompiler(schema);
        return new Grammar(compiler.compile(), compiler.warnings());
    }

    /** Returns the grammar of all JSON objects. */
    public static Grammar anyObject() {
        return new Grammar(new Json().object);
    }
}
