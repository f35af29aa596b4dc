package dev.demitasse.grammar.schema;

import dev.demitasse.json.JsonField;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Negates schemas. A value is invalid against a schema if it is invalid against one of its keywords, so the negation of a
 * schema is a choice. What remains are negations of single assertions about strings and numbers, which are exact
 * ({@link #isAssertion}). Options that can't be expressed are left out: no value is written by them.
 */
final class Negation {
    /** Keywords of which a negation stays, as the only keyword of a schema in {@code not}. */
    private static final Set<String> ASSERTIONS = Set.of("enum", "multipleOf", "pattern", "type");

    private final SchemaIndex index;

    Negation(SchemaIndex index) {
        this.index = index;
    }

    /**
     * Returns whether {@link StringRules} and {@link NumberRules} interpret the negation of a schema: those of
     * {@code pattern}, {@code multipleOf}, {@code {"type": "integer"}} and an {@code enum} of scalars, next to the type of
     * the value.
     */
    static boolean isAssertion(JsonField schema) {
        if (!(schema.value() instanceof NegatedAssertion)) {
            return false;
        }
        for (Object keyword : ((Map<?, ?>) schema.value()).keySet()) {
            if (!ASSERTIONS.contains(keyword)) {
                return false;
            }
        }
        return true;
    }

    /** Marks a schema of one assertion that {@link Negation} has made. */
    static final class NegatedAssertion extends java.util.LinkedHashMap<String, @Nullable Object> {
        private static final long serialVersionUID = 1L;
    }

    /**
     * Returns schemas of which at least one holds for each value that they describe, all of which are invalid against a
     * schema.
     *
     * @throws IllegalArgumentException if no such value can be described
     */
    List<JsonField> options(SchemaNode node) {
        List<JsonField> options = new ArrayList<>();
        if (node.isNever) {
            options.add(new JsonField(node.field.path(), true));
            return options;
        }
        Map<String, @Nullable Object> keywords = node.keywords();
        if (keywords.isEmpty() || node.field.value() instanceof Boolean) {
            options.add(new JsonField(node.field.path(), false));
            return options;
        }
        String left = "";
        boolean restricts = false;
        for (String keyword : keywords.keySet()) {
            if (keyword.equals("$ref") || keyword.equals("$dynamicRef")) {
                continue;
            }
            int before = options.size();
            boolean isKnown = negate(keyword, node.field, node.field.member(keyword), options);
            if (isKnown && options.size() == before) {
                left = keyword;
            }
            restricts |= isKnown;
        }
        for (JsonField target : index.referred(node)) {
            options.add(index.not(target));
            restricts = true;
        }
        if (!restricts) {
            options.add(new JsonField(node.field.path(), false));
        }
        if (options.isEmpty()) {
            throw new IllegalArgumentException(
                    node.field.path() + "." + left + " can't be negated; write a schema of the values that are meant");
        }
        return options;
    }

    /**
     * Adds the values that are invalid because of a keyword.
     *
     * @return whether the keyword restricts values
     */
    private boolean negate(String keyword, JsonField schema, JsonField value, List<JsonField> options) {
        String path = schema.path();
        switch (keyword) {
            case "type" -> types(value, options);
            case "const" -> constants(List.of(value), options);
            case "enum" -> constants(value.elements(), options);
            case "minimum" -> options.add(Schema.of(path, "type", "number", "exclusiveMaximum", value.value()));
            case "maximum" -> options.add(Schema.of(path, "type", "number", "exclusiveMinimum", value.value()));
            case "exclusiveMinimum" -> options.add(Schema.of(path, "type", "number", "maximum", value.value()));
            case "exclusiveMaximum" -> options.add(Schema.of(path, "type", "number", "minimum", value.value()));
            case "multipleOf" -> options.add(without(path, "number", keyword, value.value()));
            case "pattern" -> options.add(without(path, "string", keyword, value.value()));
            case "minLength", "minItems", "minProperties", "maxLength", "maxItems", "maxProperties" ->
                size(keyword, value, options);
            case "items" -> {
                if (!schema.member("prefixItems").isPresent()) {
                    options.add(Schema.of(
                            path, "type", "array", "contains", index.not(value).value()));
                }
            }
            case "prefixItems" -> prefix(value, options);
            case "contains" -> contains(schema, value, options);
            case "properties" -> {
                for (String name : value.object().keySet()) {
                    options.add(member(path, name, index.not(value.member(name))));
                }
            }
            case "required" -> {
                for (JsonField name : value.elements()) {
                    options.add(Schema.of(path, "type", "object", "properties", Map.of(name.string(), false)));
                }
            }
            case "additionalProperties" -> additional(schema, value, options);
            case "dependentRequired", "dependentSchemas" -> dependents(value, options);
            case "allOf" -> {
                for (JsonField part : value.elements()) {
                    options.add(index.not(part));
                }
            }
            case "anyOf" -> options.add(none(value));
            case "oneOf" -> {
                options.add(none(value));
                pairs(value, options);
            }
            case "not" -> options.add(value);
            case "if" -> condition(schema, value, options);
            case "format", "patternProperties", "propertyNames", "unevaluatedItems", "unevaluatedProperties" -> {
                // The values that they exclude can't be described.
            }
            case "uniqueItems" -> {
                return Boolean.TRUE.equals(value.value());
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Returns a schema of the values of a type that are invalid against an assertion. */
    private static JsonField without(String path, String type, String keyword, @Nullable Object value) {
        NegatedAssertion assertion = new NegatedAssertion();
        assertion.put(keyword, value);
        return Schema.of(path, "type", type, "not", assertion);
    }

    private static void types(JsonField value, List<JsonField> options) {
        List<JsonField> named = value.value() instanceof List ? value.elements() : List.of(value);
        Set<String> others = new LinkedHashSet<>(TypeRules.TYPES);
        for (JsonField type : named) {
            others.remove(type.string());
        }
        boolean hasIntegers = !others.contains("integer");
        boolean hasNumbers = !others.contains("number");
        others.remove("integer");
        others.remove("number");
        if (!hasNumbers && !hasIntegers) {
            others.add("number");
        }
        if (!others.isEmpty()) {
            options.add(Schema.of(value.path(), "type", new ArrayList<>(others)));
        }
        if (!hasNumbers && hasIntegers) {
            options.add(without(value.path(), "number", "type", "integer"));
        }
        if (options.isEmpty()) {
            options.add(new JsonField(value.path(), false));
        }
    }

    private void constants(List<JsonField> values, List<JsonField> options) {
        String path = values.isEmpty() ? "" : values.get(0).path();
        Set<String> otherTypes = new LinkedHashSet<>(List.of("null", "boolean", "number", "string", "array", "object"));
        Set<@Nullable Object> bools = new LinkedHashSet<>(List.of(true, false));
        List<@Nullable Object> strings = new ArrayList<>();
        List<@Nullable Object> numbers = new ArrayList<>();
        List<@Nullable Object> arrays = new ArrayList<>();
        List<@Nullable Object> objects = new ArrayList<>();
        for (JsonField field : values) {
            Object value = field.value();
            if (value == null) {
                otherTypes.remove("null");
            } else if (value instanceof Boolean) {
                otherTypes.remove("boolean");
                bools.remove(value);
            } else if (value instanceof String) {
                strings.add(value);
            } else if (value instanceof Number) {
                numbers.add(value);
            } else {
                (value instanceof List ? arrays : objects)
                        .add(index.not(Constants.schemaOf(field)).value());
            }
        }
        if (otherTypes.contains("boolean") || bools.isEmpty()) {
            bools.clear();
        }
        list(path, "string", strings, otherTypes, options);
        list(path, "number", numbers, otherTypes, options);
        composites(path, "array", arrays, otherTypes, options);
        composites(path, "object", objects, otherTypes, options);
        if (!bools.isEmpty()) {
            options.add(Schema.of(path, "enum", new ArrayList<>(bools)));
        }
        if (!otherTypes.isEmpty()) {
            options.add(Schema.of(path, "type", new ArrayList<>(otherTypes)));
        }
    }

    private static void list(
            String path, String type, List<@Nullable Object> values, Set<String> types, List<JsonField> options) {
        if (!values.isEmpty()) {
            types.remove(type);
            options.add(without(path, type, "enum", values));
        }
    }

    private static void composites(
            String path, String type, List<@Nullable Object> negated, Set<String> types, List<JsonField> options) {
        if (!negated.isEmpty()) {
            types.remove(type);
            options.add(Schema.of(path, "type", type, "allOf", negated));
        }
    }

    private static void size(String keyword, JsonField value, List<JsonField> options) {
        long size = Keywords.size(value);
        boolean isMin = keyword.startsWith("min");
        String subject = keyword.substring(3);
        String type = subject.equals("Length") ? "string" : subject.equals("Items") ? "array" : "object";
        if (isMin && size == 0) {
            options.add(new JsonField(value.path(), false));
        } else {
            options.add(Schema.of(
                    value.path(), "type", type, (isMin ? "max" : "min") + subject, isMin ? size - 1 : size + 1));
        }
    }

    private void prefix(JsonField list, List<JsonField> options) {
        List<@Nullable Object> before = new ArrayList<>();
        for (JsonField element : list.elements()) {
            List<@Nullable Object> prefix = new ArrayList<>(before);
            prefix.add(index.not(element).value());
            options.add(
                    Schema.of(list.path(), "type", "array", "minItems", (long) prefix.size(), "prefixItems", prefix));
            before.add(true);
        }
    }

    private void contains(JsonField schema, JsonField value, List<JsonField> options) {
        JsonField min = schema.member("minContains");
        long fewest = min.isPresent() ? Keywords.size(min) : 1;
        String path = value.path();
        if (fewest == 1) {
            options.add(
                    Schema.of(path, "type", "array", "items", index.not(value).value()));
        } else if (fewest > 1) {
            options.add(Schema.of(
                    path, "type", "array", "contains", value.value(), "minContains", 0L, "maxContains", fewest - 1));
        }
        JsonField max = schema.member("maxContains");
        if (max.isPresent()) {
            options.add(
                    Schema.of(path, "type", "array", "contains", value.value(), "minContains", Keywords.size(max) + 1));
        }
        if (options.isEmpty()) {
            options.add(new JsonField(path, false));
        }
    }

    /** Returns a schema of objects with a member. */
    private static JsonField member(String path, String name, JsonField value) {
        Map<String, @Nullable Object> properties = new java.util.LinkedHashMap<>();
        properties.put(name, value.value());
        return Schema.of(path, "type", "object", "required", List.of(name), "properties", properties);
    }

    /** Adds the objects with more members than are declared. */
    private static void additional(JsonField schema, JsonField value, List<JsonField> options) {
        if (Boolean.TRUE.equals(value.value())) {
            options.add(new JsonField(schema.path(), false));
        } else if (Boolean.FALSE.equals(value.value())
                && !schema.member("patternProperties").isPresent()) {
            JsonField properties = schema.member("properties");
            long declared = properties.isPresent() ? properties.object().size() : 0;
            options.add(Schema.of(schema.path(), "type", "object", "minProperties", declared + 1));
        }
    }

    private void dependents(JsonField dependents, List<JsonField> options) {
        for (String name : dependents.object().keySet()) {
            JsonField value = dependents.member(name);
            if (!(value.value() instanceof List)) {
                JsonField present = Schema.requiring(value.path(), name, List.of());
                options.add(Schema.of(
                        value.path(), "type", "object", "allOf", Schema.values(List.of(present, index.not(value)))));
                continue;
            }
            for (JsonField other : value.elements()) {
                options.add(Schema.of(
                        value.path(),
                        "type",
                        "object",
                        "required",
                        List.of(name),
                        "properties",
                        Map.of(other.string(), false)));
            }
        }
    }

    private JsonField none(JsonField list) {
        List<JsonField> parts = new ArrayList<>();
        for (JsonField part : list.elements()) {
            parts.add(index.not(part));
        }
        return Schema.of(list.path(), "allOf", Schema.values(parts));
    }

    private static void pairs(JsonField list, List<JsonField> options) {
        List<JsonField> parts = list.elements();
        for (int i = 0; i < parts.size(); i++) {
            for (int j = i + 1; j < parts.size(); j++) {
                options.add(Schema.of(list.path(), "allOf", Schema.values(List.of(parts.get(i), parts.get(j)))));
            }
        }
    }

    private void condition(JsonField schema, JsonField condition, List<JsonField> options) {
        JsonField then = schema.member("then");
        JsonField otherwise = schema.member("else");
        if (then.isPresent()) {
            options.add(Schema.of(schema.path(), "allOf", Schema.values(List.of(condition, index.not(then)))));
        }
        if (otherwise.isPresent()) {
            options.add(Schema.of(
                    schema.path(), "allOf", Schema.values(List.of(index.not(condition), index.not(otherwise)))));
        }
        if (options.isEmpty()) {
            options.add(new JsonField(schema.path(), false));
        }
    }
}
