package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.Rule;
import dev.demitasse.grammar.Terminal;
import dev.demitasse.grammar.automaton.Dfa;
import dev.demitasse.grammar.automaton.Utf8;
import dev.demitasse.grammar.automaton.Words;
import dev.demitasse.json.JsonField;
import dev.demitasse.json.JsonWriter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Compiles the assertions of schemas that must all hold to at most one rule for each type of value. */
final class TypeRules {
    /** The values of {@code type}. Integers are numbers, too. */
    static final List<String> TYPES = List.of("null", "boolean", "integer", "number", "string", "array", "object");

    /** Integers below this are exact as doubles. */
    private static final double MAX_EXACT = 1L << 53;

    private static final int NUMBER_COST = 50;
    private static final int STRING_COST = 10;

    private final Schemas schemas;
    private final StringRules strings;
    private final NumberRules numbers;

    TypeRules(Schemas schemas) {
        this.schemas = schemas;
        strings = new StringRules(schemas);
        numbers = new NumberRules(schemas);
    }

    List<Rule> rules() {
        List<JsonField> constants = Constants.inAll(schemas.all(), schemas.budget());
        Set<String> types = types(constants != null);
        if (constants != null) {
            return List.of(constants(constants, types));
        }
        List<Rule> rules = new ArrayList<>();
        if (types.contains("string")) {
            rules.add(strings.rule());
        }
        if (types.contains("integer")) {
            rules.add(numbers.rule(!types.contains("number")));
        }
        if (types.contains("boolean")) {
            rules.add(schemas.json().bool);
        }
        if (types.contains("null")) {
            rules.add(schemas.json().nothing);
        }
        if (types.contains("array")) {
            rules.add(new ArrayRules(schemas).rule());
        }
        if (types.contains("object")) {
            rules.add(new ObjectRules(schemas).rule());
        }
        return rules;
    }

    /** Returns the strings that are valid, in their unique form. */
    Dfa strings() {
        List<JsonField> constants = Constants.inAll(schemas.all(), schemas.budget());
        Set<String> types = types(true);
        if (!types.contains("string")) {
            return Dfa.NOTHING;
        }
        if (constants == null) {
            return strings.names();
        }
        List<byte[]> texts = new ArrayList<>();
        for (JsonField field : constants) {
            if (field.value() instanceof String) {
                texts.addAll(constant(field, types));
            }
        }
        return Dfa.of(Words.of(texts), schemas.budget());
    }

    /**
     * Returns the types that are valid.
     *
     * @param hasConstants whether the values are listed, so that no type has to be guessed
     */
    private Set<String> types(boolean hasConstants) {
        Set<String> all = new LinkedHashSet<>(TYPES);
        List<JsonField> fields = schemas.values("type");
        for (JsonField field : fields) {
            List<JsonField> named = field.value() instanceof List ? field.elements() : List.of(field);
            Set<String> types = new LinkedHashSet<>();
            for (JsonField type : named) {
                if (!TYPES.contains(type.string())) {
                    throw type.isNot("a type: " + String.join(", ", TYPES));
                }
                types.add(type.string());
            }
            if (types.contains("number")) {
                types.add("integer");
            }
            all.retainAll(types);
        }
        if (fields.isEmpty() && !hasConstants && !schemas.lenient()) {
            Set<String> implied = impliedTypes();
            return implied.isEmpty() ? all : implied;
        }
        return all;
    }

    /**
     * Returns the types that the keywords are about. A schema with {@code properties} but without {@code type} means an
     * object, although strings would be valid, too.
     */
    private Set<String> impliedTypes() {
        Set<String> types = new LinkedHashSet<>();
        for (JsonField schema : schemas.all()) {
            for (String keyword : schema.object().keySet()) {
                switch (keyword) {
                    case "exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf" ->
                        types.addAll(List.of("integer", "number"));
                    case "format", "maxLength", "minLength", "pattern" -> types.add("string");
                    case "contains",
                            "items",
                            "maxItems",
                            "minItems",
                            "prefixItems",
                            "unevaluatedItems",
                            "uniqueItems" -> types.add("array");
                    case "additionalProperties",
                            "maxProperties",
                            "minProperties",
                            "patternProperties",
                            "properties",
                            "propertyNames",
                            "required",
                            "unevaluatedProperties" -> types.add("object");
                    default -> {}
                }
            }
        }
        return types;
    }

    private Rule constants(List<JsonField> values, Set<String> types) {
        List<byte[]> texts = new ArrayList<>();
        for (JsonField field : values) {
            texts.addAll(constant(field, types));
        }
        return new Terminal(Words.of(texts));
    }

    /** Returns the JSON texts of a scalar, or none if it is not valid. An integer that is written as 2.0 may be 2, too. */
    private List<byte[]> constant(JsonField field, Set<String> types) {
        Object value = field.value();
        if (value instanceof String text) {
            schemas.budget().spend(STRING_COST + text.length());
            byte[] json = types.contains("string") ? strings.constant(text, field) : null;
            return json == null ? List.of() : List.of(json);
        }
        if (value instanceof Number number) {
            schemas.budget().spend(NUMBER_COST);
            if (!types.contains("integer") || !numbers.isValid(number, !types.contains("number"))) {
                return List.of();
            }
            byte[] json = Utf8.encode(JsonWriter.write(number, -1));
            double exact = number.doubleValue();
            boolean isWhole = number instanceof Double && exact == Math.rint(exact) && Math.abs(exact) < MAX_EXACT;
            return isWhole ? List.of(Utf8.encode(String.valueOf((long) exact)), json) : List.of(json);
        }
        boolean isValid = types.contains(value == null ? "null" : "boolean");
        return isValid ? List.of(Utf8.encode(String.valueOf(value))) : List.of();
    }
}
