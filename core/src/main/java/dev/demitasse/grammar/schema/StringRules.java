package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.Rule;
import dev.demitasse.grammar.Terminal;
import dev.demitasse.grammar.automaton.Dfa;
import dev.demitasse.grammar.automaton.Distance;
import dev.demitasse.grammar.automaton.JsonStrings;
import dev.demitasse.grammar.automaton.Regex;
import dev.demitasse.grammar.automaton.TooLargeException;
import dev.demitasse.json.JsonField;
import org.jspecify.annotations.Nullable;

/** Compiles the assertions about strings. */
final class StringRules {
    private final Schemas schemas;
    private @Nullable Dfa described; // see described()

    StringRules(Schemas schemas) {
        this.schemas = schemas;
    }

    Rule rule() {
        long min = schemas.minSize("minLength");
        long max = schemas.maxSize("maxLength");
        if (min > max) {
            return Json.NOTHING;
        }
        boolean isLimited = min > 0 || max < Distance.NEVER;
        Dfa strings = described();
        if (strings == JsonStrings.TEXT) {
            return isLimited ? new StringRule(min, max) : Json.STRING;
        }
        if (!isLimited) {
            return new Terminal(strings);
        }
        try {
            return new Terminal(JsonStrings.limited(strings, min, max, schemas.budget()));
        } catch (TooLargeException e) {
            throw new IllegalArgumentException(
                    schemas.path() + " has a pattern or format and a length, which together " + e.getMessage(), e);
        }
    }

    /** Returns the JSON text of a string, or null if it is not valid. */
    byte @Nullable [] constant(String text, JsonField field) {
        Dfa strings = described();
        int length = text.codePointCount(0, text.length());
        byte[] json;
        try {
            json = JsonStrings.json(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(field.path() + ": " + e.getMessage(), e);
        }
        boolean isValid = length >= schemas.minSize("minLength")
                && length <= schemas.maxSize("maxLength")
                && strings.matches(json);
        return isValid ? json : null;
    }

    /** Returns the strings that match all patterns and formats. */
    private Dfa described() {
        Dfa all = described;
        if (all == null) {
            all = JsonStrings.TEXT;
            for (JsonField schema : schemas.all()) {
                JsonField pattern = schema.member("pattern");
                if (pattern.isPresent()) {
                    all = intersection(all, pattern(pattern));
                }
                JsonField format = schema.member("format");
                Dfa strings = format.isPresent() && !schemas.lenient() ? Formats.of(format.string()) : null;
                if (strings != null) {
                    all = intersection(all, strings);
                }
            }
            described = all;
        }
        return all;
    }

    private Dfa intersection(Dfa all, Dfa more) {
        return all == JsonStrings.TEXT ? more : all.and(more, schemas.budget());
    }

    private Dfa pattern(JsonField field) {
        try {
            return Regex.search(field.string(), schemas.lenient(), schemas.budget());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(field.path() + " " + e.getMessage(), e);
        }
    }
}
