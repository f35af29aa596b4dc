package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.automaton.Distance;
import dev.demitasse.json.JsonField;
import java.util.Map;
import java.util.Set;

/** The supported keywords of JSON Schema, and the values that each may have. */
final class Keywords {
    /** Keywords that restrict the value itself. */
    static final Set<String> ASSERTIONS = Set.of(
            "additionalProperties",
            "const",
            "enum",
            "exclusiveMaximum",
            "exclusiveMinimum",
            "format",
            "items",
            "maxItems",
            "maxLength",
            "maxProperties",
            "maximum",
            "minItems",
            "minLength",
            "minProperties",
            "minimum",
            "multipleOf",
            "pattern",
            "prefixItems",
            "properties",
            "required",
            "type",
            "uniqueItems");

    /** Keywords that combine other schemas. */
    static final Set<String> APPLICATORS = Set.of("$ref", "allOf", "anyOf", "oneOf");

    /** Keywords that do not affect which values are valid. */
    static final Set<String> ANNOTATIONS = Set.of(
            "$anchor",
            "$comment",
            "$defs",
            "$id",
            "$schema",
            "contentEncoding",
            "contentMediaType",
            "contentSchema",
            "default",
            "definitions",
            "deprecated",
            "description",
            "example",
            "examples",
            "readOnly",
            "title",
            "writeOnly");

    private Keywords() {}

    /** Checks that the value of each assertion has the right type, even if the assertion does not apply to any value. */
    static void checkAssertions(JsonField schema) {
        for (String keyword : schema.object().keySet()) {
            JsonField field = schema.member(keyword);
            switch (keyword) {
                case "maxItems", "maxLength", "maxProperties", "minItems", "minLength", "minProperties" -> size(field);
                case "exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum" -> number(field);
                case "multipleOf" -> {
                    if (number(field).doubleValue() <= 0) {
                        throw field.isNot("a number above 0");
                    }
                }
                case "format", "pattern" -> field.string();
                case "enum", "prefixItems" -> field.elements();
                case "properties" -> field.object();
                case "required" -> {
                    for (JsonField name : field.elements()) {
                        name.string();
                    }
                }
                case "uniqueItems" -> {
                    if (!(field.value() instanceof Boolean)) {
                        throw field.isNot("true or false");
                    }
                }
                case "additionalProperties", "items" -> checkSchema(field);
                default -> {}
            }
        }
    }

    static void checkSchema(JsonField field) {
        if (!(field.value() instanceof Map) && !(field.value() instanceof Boolean)) {
            throw field.isNot("a schema: an object, true or false");
        }
    }

    /** Returns a number of characters, elements or members, at most {@link Distance#NEVER}. */
    static long size(JsonField field) {
        return Math.min(Distance.NEVER, field.integer(0, Long.MAX_VALUE));
    }

    static Number number(JsonField field) {
        if (field.value() instanceof Number number && Double.isFinite(number.doubleValue())) {
            return number;
        }
        throw field.isNot("a number");
    }
}
