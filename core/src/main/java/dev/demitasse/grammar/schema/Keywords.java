package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.automaton.Distance;
import dev.demitasse.json.JsonField;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The keywords of JSON Schema draft 2020-12, and the values that each may have. */
final class Keywords {
    /** Maximum number of warnings about one schema. */
    static final int MAX_WARNINGS = 16;

    /** Keywords that restrict the value itself. */
    private static final Set<String> ASSERTIONS = Set.of(
            "additionalProperties",
            "const",
            "contains",
            "enum",
            "exclusiveMaximum",
            "exclusiveMinimum",
            "format",
            "items",
            "maxContains",
            "maxItems",
            "maxLength",
            "maxProperties",
            "maximum",
            "minContains",
            "minItems",
            "minLength",
            "minProperties",
            "minimum",
            "multipleOf",
            "pattern",
            "patternProperties",
            "prefixItems",
            "properties",
            "propertyNames",
            "required",
            "type",
            "unevaluatedItems",
            "unevaluatedProperties",
            "uniqueItems");

    /** Keywords that combine other schemas. */
    private static final Set<String> APPLICATORS = Set.of(
            "$dynamicRef",
            "$recursiveRef",
            "$ref",
            "allOf",
            "anyOf",
            "dependentRequired",
            "dependentSchemas",
            "else",
            "if",
            "not",
            "oneOf",
            "then");

    /** Keywords of JSON Schema and OpenAPI that do not affect which values are valid. */
    private static final Set<String> ANNOTATIONS = Set.of(
            "$anchor",
            "$comment",
            "$defs",
            "$dynamicAnchor",
            "$id",
            "$recursiveAnchor",
            "$schema",
            "$vocabulary",
            "contentEncoding",
            "contentMediaType",
            "contentSchema",
            "default",
            "definitions",
            "deprecated",
            "description",
            "discriminator",
            "example",
            "examples",
            "externalDocs",
            "id",
            "readOnly",
            "title",
            "writeOnly",
            "xml");

    private Keywords() {}

    /**
     * Checks that the value of each assertion has the right type, even if the assertion does not apply to any value. Warns of
     * keywords without effect.
     *
     * @return whether there are assertions
     */
    static boolean check(JsonField schema, SchemaIndex index) {
        boolean hasAssertions = false;
        Map<String, @Nullable Object> keywords =
                schema.value() instanceof Boolean ? Map.<String, @Nullable Object>of() : schema.object();
        for (String keyword : keywords.keySet()) {
            if (ASSERTIONS.contains(keyword)) {
                hasAssertions = true;
                if (keywords.get(keyword) == null && !keyword.equals("const")) {
                    throw new IllegalArgumentException(schema.path() + "." + keyword + " is null");
                }
                checkAssertion(keyword, schema.member(keyword));
            } else if (!APPLICATORS.contains(keyword) && !ANNOTATIONS.contains(keyword) && !keyword.startsWith("x-")) {
                index.warn(schema.path() + "." + keyword + " is not a keyword of JSON Schema; it has no effect");
            }
        }
        return hasAssertions;
    }

    private static void checkAssertion(String keyword, JsonField field) {
        switch (keyword) {
            case "maxContains",
                    "maxItems",
                    "maxLength",
                    "maxProperties",
                    "minContains",
                    "minItems",
                    "minLength",
                    "minProperties" -> size(field);
            case "exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum" -> number(field);
            case "multipleOf" -> {
                if (number(field).doubleValue() <= 0) {
                    throw field.isNot("a number above 0");
                }
            }
            case "format", "pattern" -> field.string();
            case "enum" -> field.elements();
            case "prefixItems" -> field.elements().forEach(Keywords::checkSchema);
            case "patternProperties", "properties" -> {
                for (String name : field.object().keySet()) {
                    checkSchema(field.member(name));
                }
            }
            case "required" -> strings(field);
            case "uniqueItems" -> field.bool();
            case "additionalProperties",
                    "contains",
                    "items",
                    "propertyNames",
                    "unevaluatedItems",
                    "unevaluatedProperties" -> checkSchema(field);
            default -> {}
        }
    }

    private static void strings(JsonField list) {
        for (JsonField element : list.elements()) {
            element.string();
        }
    }

    static void checkSchema(JsonField field) {
        if (!(field.value() instanceof Map) && !(field.value() instanceof Boolean)) {
            throw field.isNot("a schema: an object, true or false");
        }
    }

    /** Returns a number of characters, elements or members, at most {@link Distance#NEVER}. It may be written as 2.0. */
    static long size(JsonField field) {
        if (field.value() instanceof Double number && number >= 0 && number == Math.rint(number)) {
            return (long) Math.min(Distance.NEVER, number);
        }
        return Math.min(Distance.NEVER, field.integer(0, Long.MAX_VALUE));
    }

    static Number number(JsonField field) {
        if (field.value() instanceof Number number && Double.isFinite(number.doubleValue())) {
            return number;
        }
        throw field.isNot("a number");
    }
}
