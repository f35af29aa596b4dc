package dev.demitasse.grammar;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an answer may be: a language over bytes. Immutable for those who use it. */
public final class Grammar {
    private final Rule rule;
    private @Nullable Automaton automaton;

    private Grammar(Rule rule) {
        this.rule = rule;
    }

    /**
     * JSON texts that are valid against a schema of JSON Schema 2020-12: not all of them, but nothing else. Members come
     * in the order of {@code properties}, and other ones only where the schema speaks of them; white space is bounded, and
     * so are the digits of numbers.
     *
     * @param schema as {@link dev.demitasse.json.JsonReader} gives it
     * @throws IllegalArgumentException naming the place in the schema, and what there is wrong, not supported, or can't be
     *     satisfied
     */
    public static Grammar jsonSchema(@Nullable Object schema) {
        Rule rule = new SchemaCompiler(schema).compile();
        if (new Automaton(rule, Dfa.allBytes(), null).start.isDead()) {
            throw new IllegalArgumentException(
                    "the schema can't be satisfied: no finite JSON text is valid against it");
        }
        return new Grammar(rule);
    }

    /** Any JSON object. */
    public static Grammar json() {
        return new Grammar(Json.OBJECT);
    }

    /** Just this text, which may be empty. */
    public static Grammar literal(String text) {
        return new Grammar(Dfa.literal(text));
    }

    /** One after the other. */
    public static Grammar sequence(Grammar... parts) {
        return new Grammar(new Sequence(rules(List.of(parts))));
    }

    /** One of several. */
    public static Grammar choice(List<Grammar> parts) {
        return new Grammar(new Choice(rules(parts)));
    }

    /** Any text that does not contain the marker, and then the marker. */
    public static Grammar textUntil(String marker) {
        return new Grammar(Texts.until(marker));
    }

    private static List<Rule> rules(List<Grammar> parts) {
        List<Rule> rules = new ArrayList<>();
        parts.forEach(part -> rules.add(part.rule));
        return rules;
    }

    Automaton automaton(TokenTrie trie) {
        Automaton known = automaton;
        if (known == null || known.trie() != trie) {
            known = new Automaton(rule, trie.single(), trie);
            automaton = known;
        }
        return known;
    }
}
