package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.Rule;
import dev.demitasse.grammar.Terminal;
import dev.demitasse.grammar.automaton.Characters;
import dev.demitasse.grammar.automaton.Dfa;
import dev.demitasse.grammar.automaton.Distance;
import dev.demitasse.grammar.automaton.JsonStrings;
import dev.demitasse.grammar.automaton.Regex;
import dev.demitasse.grammar.automaton.TooLargeException;
import dev.demitasse.grammar.automaton.Words;
import dev.demitasse.json.JsonField;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compiles the assertions about strings. */
final class StringRules {
    private static final int MAX_PRODUCT = 20_000;

    private final Schemas schemas;
    private @Nullable Dfa described; // see described()

    StringRules(Schemas schemas) {
        this.schemas = schemas;
    }

    Rule rule() {
        long min = schemas.minSize("minLength");
        long max = max();
        if (min > max) {
            return Json.NOTHING;
        }
        Dfa strings = described();
        if (min == 0 && max == Distance.NEVER) {
            return strings == JsonStrings.TEXT ? schemas.json().string : new Terminal(strings);
        }
        if (strings == JsonStrings.TEXT) {
            return new StringRule(new Terminal(strings, Characters.OF_TEXT), min, max, true);
        }
        try {
            Dfa longEnough = min == 0 ? strings : JsonStrings.limited(strings, min, Distance.NEVER, schemas.budget());
            return max == Distance.NEVER ? new Terminal(longEnough) : atMost(longEnough, max);
        } catch (TooLargeException e) {
            throw new IllegalArgumentException(
                    schemas.path() + " has a pattern or format and a length, which together " + e.getMessage(), e);
        }
    }

    /** Returns the rule of strings of at most {@code max} characters. */
    private Rule atMost(Dfa strings, long max) {
        Characters characters = strings.isEmpty() ? null : Characters.of(strings);
        if (characters == null) {
            return new Terminal(JsonStrings.limited(strings, 0, max, schemas.budget()));
        }
        schemas.budget().spend(256L * strings.size());
        return new StringRule(new Terminal(strings, characters), 0, max, characters.min(0) <= max);
    }

    /** Returns the strings that are valid, in their unique form. */
    Dfa names() {
        long min = schemas.minSize("minLength");
        long max = max();
        Dfa strings = described();
        Dfa names = strings == JsonStrings.TEXT ? JsonStrings.NAME : strings.and(JsonStrings.NAME, schemas.budget());
        if (min == 0 && max == Distance.NEVER) {
            return names;
        }
        // A product with too long a name is too large; shorter names are valid, too.
        long limit = max == Distance.NEVER ? max : Math.min(max, Math.max(min, MAX_PRODUCT / names.size()));
        return JsonStrings.limited(names, min, limit, schemas.budget());
    }

    /** Returns the JSON text of a string, or null if it is not valid. */
    byte @Nullable [] constant(String text, JsonField field) {
        Dfa strings = described();
        int length = text.codePointCount(0, text.length());
        byte[] json = json(text, field);
        boolean isValid = length >= schemas.minSize("minLength") && length <= max() && strings.matches(json);
        return isValid ? json : null;
    }

    private static byte[] json(String text, JsonField field) {
        try {
            return JsonStrings.json(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(field.path() + ": " + e.getMessage(), e);
        }
    }

    /** Returns the strings that match all patterns and formats. */
    private Dfa described() {
        Dfa all = described;
        if (all == null) {
            all = JsonStrings.TEXT;
            for (JsonField field : schemas.values("pattern")) {
                all = intersection(all, pattern(field, schemas.lenient()));
            }
            if (!schemas.lenient()) {
                for (JsonField field : schemas.values("format")) {
                    all = intersection(all, format(field));
                }
                for (JsonField field : schemas.negated()) {
                    all = without(all, field);
                }
            }
            described = all;
        }
        return all;
    }

    /** Returns the maximum number of characters, which a format may imply. */
    private long max() {
        long max = schemas.maxSize("maxLength");
        for (JsonField field : schemas.lenient() ? List.<JsonField>of() : schemas.values("format")) {
            Formats.Format format = Formats.of(field.string());
            max = format == null ? max : Math.min(max, format.max());
        }
        return max;
    }

    private Dfa format(JsonField field) {
        Formats.Format format = Formats.of(field.string());
        if (format == null) {
            if (!Formats.isOfNumbers(field.string())) {
                schemas.compiler().index().warn(field.path() + " is " + field.string() + ", which is not known");
            }
            return JsonStrings.TEXT;
        }
        return format.strings();
    }

    /** Removes the strings that match a pattern or are in a list. */
    private Dfa without(Dfa all, JsonField assertion) {
        Dfa unique = intersection(all, JsonStrings.NAME);
        JsonField pattern = assertion.member("pattern");
        if (pattern.isPresent()) {
            return unique.minus(pattern(pattern, true), schemas.budget());
        }
        JsonField list = assertion.member("enum");
        if (!list.isPresent()) {
            return all;
        }
        List<byte[]> texts = new ArrayList<>();
        for (JsonField value : list.elements()) {
            if (value.value() instanceof String text) {
                texts.add(json(text, value));
            }
        }
        return unique.minus(Dfa.of(Words.of(texts), schemas.budget()), schemas.budget());
    }

    private Dfa intersection(Dfa all, Dfa more) {
        return all == JsonStrings.TEXT ? more : more == JsonStrings.TEXT ? all : all.and(more, schemas.budget());
    }

    private Dfa pattern(JsonField field, boolean lenient) {
        try {
            return Regex.search(field.string(), lenient, schemas.budget());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(field.path() + " " + e.getMessage(), e);
        }
    }
}
