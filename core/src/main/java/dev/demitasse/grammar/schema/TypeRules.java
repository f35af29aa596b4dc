package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.Rule;
import dev.demitasse.grammar.Terminal;
import dev.demitasse.grammar.automaton.Utf8;
import dev.demitasse.grammar.automaton.Words;
import dev.demitasse.json.JsonField;
import dev.demitasse.json.JsonWriter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compiles the assertions of schemas that must all hold to at most one rule for each type of value. */
final class TypeRules {
    /** The values of {@code type}. Integers are numbers, too. */
    private static final List<String> TYPES =
            List.of("null", "boolean", "integer", "number", "string", "array", "object");

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
            rules.add(Json.BOOLEAN);
        }
        if (types.contains("null")) {
            rules.add(Json.NULL);
        }
        if (types.contains("array")) {
            rules.add(new ArrayRules(schemas).rule());
        }
        if (types.contains("object")) {
            rules.add(new ObjectRules(schemas).rule());
        }
        return rules;
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
                    case "items", "maxItems", "minItems", "prefixItems", "uniqueItems" -> types.add("array");
                    case "additionalProperties", "maxProperties", "minProperties", "properties", "required" ->
                        types.add("object");
                    default -> {}
                }
            }
        }
        return types;
    }

    private Rule constants(List<JsonField> values, Set<String> types) {
        List<byte[]> texts = new ArrayList<>();
        for (JsonField field : values) {
            byte[] text = constant(field, types);
            if (text != null) {
                texts.add(text);
            }
        }
        return new Terminal(Words.of(texts));
    }

    /** Returns the JSON text of a scalar, or null if it is not valid. */
    private byte @Nullable [] constant(JsonField field, Set<String> types) {
        Object value = field.value();
        if (value instanceof String text) {
            schemas.budget().spend(STRING_COST + text.length());
            return types.contains("string") ? strings.constant(text, field) : null;
        }
        if (value instanceof Number number) {
            schemas.budget().spend(NUMBER_COST);
            return types.contains("integer") && numbers.isValid(number, !types.contains("number"))
                    ? Utf8.encode(JsonWriter.write(number, -1))
                    : null;
        }
        return types.contains(value == null ? "null" : "boolean") ? Utf8.encode(String.valueOf(value)) : null;
    }
}
