package dev.demitasse.grammar;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an answer may be, as a language over bytes. Immutable. */
public final class Grammar {
    private final Rule rule;

    private Grammar(Rule rule) {
        this.rule = rule;
    }

    /** Before any text. */
    State start() {
        Stack whole = Stack.push(rule, Stack.END);
        if (whole == null) {
            throw new IllegalStateException("a grammar without any text");
        }
        return whole.entered();
    }

    /**
     * JSON texts that are valid against a schema of JSON Schema 2020-12: not all of them, but nothing else. Members come in
     * the order of {@code properties}, others after them, and none twice; white space is bounded, and so are the digits of
     * numbers. What a schema doesn't speak of isn't there, though it would be valid: members besides the declared ones
     * where it has no {@code additionalProperties} (llama.cpp does the same), strings where it names no type but has
     * {@code properties}.
     *
     * @param schema as {@link dev.demitasse.json.JsonReader} gives it
     * @throws IllegalArgumentException naming the place in the schema, such as {@code schema.properties.a.pattern}, and
     *     what there is wrong, not supported, too large or can't be satisfied
     */
    public static Grammar jsonSchema(@Nullable Object schema) {
        return new Grammar(new SchemaCompiler(schema).compile());
    }

    /** Any JSON object. */
    public static Grammar json() {
        return new Grammar(Json.OBJECT);
    }

    /**
     * Just this text, which may be empty.
     *
     * @throws IllegalArgumentException if it has a character that no answer can have: half a surrogate pair, a control
     *     character other than tab and line breaks
     */
    public static Grammar literal(String text) {
        return new Grammar(Words.of(text));
    }

    /** One after the other. */
    public static Grammar sequence(Grammar... parts) {
        return measured(new Sequence(rules(List.of(parts)).toArray(new Rule[0])));
    }

    /**
     * One of several.
     *
     * @throws IllegalArgumentException if there are none
     */
    public static Grammar choice(List<Grammar> parts) {
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("a choice of nothing");
        }
        return measured(new Choice(rules(parts)));
    }

    /**
     * Any text in UTF-8 that does not contain the marker, and then the marker.
     *
     * @throws IllegalArgumentException if the marker is empty, or as {@link #literal} does
     */
    public static Grammar textUntil(String marker) {
        return new Grammar(Strings.until(marker));
    }

    private static Grammar measured(Rule rule) {
        Distances.find(rule, new Budget());
        return new Grammar(rule);
    }

    private static List<Rule> rules(List<Grammar> parts) {
        List<Rule> rules = new ArrayList<>();
        for (Grammar part : parts) {
            rules.add(part.rule);
        }
        return rules;
    }
}
