package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.automaton.Budget;
import dev.demitasse.grammar.automaton.Dfa;
import dev.demitasse.grammar.automaton.JsonStrings;
import dev.demitasse.grammar.automaton.Regex;
import dev.demitasse.grammar.automaton.Texts;
import dev.demitasse.grammar.automaton.TooLargeException;
import dev.demitasse.json.JsonField;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The names of members, in classes that match the same patterns of {@code patternProperties}. */
final class NameClasses {
    private static final int MAX_CLASSES = 64;

    /** Up to this number, the names of a class are listed. */
    private static final int MAX_LISTED = 64;

    /** The number of names of which at least one is not taken. */
    private static final int ENOUGH_NAMES = 100_000;

    /** Length of a name with quotes and three characters. There are nearly a million such names. */
    static final int ANY_LENGTH = 5;

    private final Schemas schemas;
    private final Dfa allowed;
    private final Map<String, Pattern> patterns = new LinkedHashMap<>();

    /** The names that match a pattern in all engines, and those that match in at least one. */
    private record Pattern(Dfa certain, Dfa possible) {}

    /**
     * A class of names.
     *
     * @param names accepts the names, in their unique form
     * @param patterns the patterns that all of them match
     * @param listed the names as JSON, if there are few
     * @param length a length in bytes of names of which one is always free
     */
    record NameClass(Dfa names, Set<String> patterns, List<byte[]> listed, int length) {
        static NameClass of(Dfa names, Set<String> patterns, long min, Budget budget) {
            if (names == JsonStrings.NAME) {
                return new NameClass(names, patterns, List.of(), ANY_LENGTH);
            }
            List<byte[]> listed = Texts.list(names, MAX_LISTED, budget);
            if (listed != null) {
                return new NameClass(names, patterns, listed, 0);
            }
            int length = Texts.lengthOfMany(names, ENOUGH_NAMES, budget);
            if (length < 0 && min > MAX_LISTED) {
                throw new TooLargeException("has too few names or strings for so large a minimum");
            }
            return new NameClass(names, patterns, List.of(), Math.abs(length));
        }
    }

    NameClasses(Schemas schemas) {
        this.schemas = schemas;
        List<JsonField> names = schemas.values("propertyNames");
        allowed = names.isEmpty() || schemas.lenient()
                ? JsonStrings.NAME
                : schemas.compiler().strings(names);
        for (JsonField field : schemas.lenient() ? List.<JsonField>of() : schemas.values("patternProperties")) {
            for (String pattern : field.object().keySet()) {
                if (!patterns.containsKey(pattern)) {
                    patterns.put(pattern, compile(pattern, field));
                }
            }
        }
    }

    private Pattern compile(String pattern, JsonField field) {
        try {
            return new Pattern(
                    Regex.search(pattern, false, schemas.budget()), Regex.search(pattern, true, schemas.budget()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(field.path() + ": " + pattern + " " + e.getMessage(), e);
        }
    }

    /** Returns whether all names are in one class. */
    boolean isTrivial() {
        return patterns.isEmpty() && allowed == JsonStrings.NAME;
    }

    boolean hasPatterns() {
        return !patterns.isEmpty();
    }

    /** Returns whether a member may have a name. */
    boolean allows(byte[] json) {
        return allowed.matches(json);
    }

    /** Returns the patterns that a name matches, in all engines or in at least one. */
    Set<String> matched(byte[] json, boolean possibly) {
        Set<String> matched = new HashSet<>();
        patterns.forEach((text, pattern) -> {
            if ((possibly ? pattern.possible : pattern.certain).matches(json)) {
                matched.add(text);
            }
        });
        return matched;
    }

    /**
     * Returns the classes.
     *
     * @param withOthers whether to include names that match no pattern
     * @param min the number of members that the classes may have to provide
     */
    List<NameClass> of(boolean withOthers, long min) {
        Map<Set<String>, Dfa> classes = new LinkedHashMap<>();
        if (!allowed.isEmpty()) {
            classes.put(Set.of(), allowed);
        }
        patterns.forEach((text, pattern) -> split(classes, text, pattern));
        List<NameClass> all = new ArrayList<>();
        classes.forEach((matched, names) -> {
            if (withOthers || !matched.isEmpty()) {
                all.add(NameClass.of(names, matched, min, schemas.budget()));
            }
        });
        return all;
    }

    private void split(Map<Set<String>, Dfa> classes, String text, Pattern pattern) {
        Map<Set<String>, Dfa> before = new LinkedHashMap<>(classes);
        classes.clear();
        before.forEach((matched, names) -> {
            Dfa others = names.minus(pattern.possible, schemas.budget());
            if (!others.isEmpty()) {
                classes.put(matched, others);
            }
            Dfa matching = names.and(pattern.certain, schemas.budget());
            if (!matching.isEmpty()) {
                Set<String> more = new LinkedHashSet<>(matched);
                more.add(text);
                classes.put(more, matching);
            }
        });
        if (classes.size() > MAX_CLASSES) {
            throw new TooLargeException("has patternProperties that match in more than " + MAX_CLASSES + " ways");
        }
    }
}
