package dev.demitasse.grammar;

import dev.demitasse.json.JsonWriter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which keywords of JSON Schema are known, and what values they may have. */
final class SchemaKeywords {
    private static final int LONGEST_QUOTE = 40;
    private static final Set<String> TYPES =
            Set.of("null", "boolean", "integer", "number", "string", "array", "object");
    private static final Set<String> OF_NUMBERS =
            Set.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf");
    private static final Set<String> OF_STRINGS = Set.of("minLength", "maxLength", "pattern", "format");
    private static final Set<String> OF_ARRAYS = Set.of("items", "prefixItems", "minItems", "maxItems");
    private static final Set<String> OF_OBJECTS =
            Set.of("properties", "required", "additionalProperties", "minProperties", "maxProperties");

    private SchemaKeywords() {}

    /** Whether anything but type, enum and const says what values are valid. */
    static boolean constrains(List<Map<?, ?>> schemas) {
        return impliedTypes(schemas) != 0;
    }

    /** The types that keywords are about, as {@link SchemaCompiler} counts them; 0 if they are about none. */
    static int impliedTypes(List<Map<?, ?>> schemas) {
        int types = 0;
        for (Map<?, ?> schema : schemas) {
            for (Object keyword : schema.keySet()) {
                types |= OF_NUMBERS.contains(keyword)
                        ? 4 | 8
                        : OF_STRINGS.contains(keyword)
                                ? 16
                                : OF_ARRAYS.contains(keyword) ? 32 : OF_OBJECTS.contains(keyword) ? 64 : 0;
            }
        }
        return types;
    }

    /** @throws IllegalArgumentException naming the keyword that is unknown or has a value it can't have */
    static void check(Map<?, ?> schema, String path, Set<String> annotations) {
        for (Map.Entry<?, ?> entry : schema.entrySet()) {
            String keyword = (String) entry.getKey();
            if (!annotations.contains(keyword)) {
                check(keyword, entry.getValue(), path.isEmpty() ? keyword : path + "." + keyword);
            }
        }
    }

    private static void check(String keyword, @Nullable Object value, String path) {
        boolean right =
                switch (keyword) {
                    case "type" -> isType(value) || isTypes(value);
                    case "properties" -> value instanceof Map<?, ?> map && areTexts(List.copyOf(map.keySet()));
                    case "required" -> value instanceof List<?> list && areTexts(list);
                    case "additionalProperties", "items" -> value instanceof Map || value instanceof Boolean;
                    case "prefixItems", "anyOf", "oneOf", "allOf", "enum" ->
                        value instanceof List<?> list && !list.isEmpty();
                    case "const" -> true;
                    case "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties" ->
                        isCount(value);
                    case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum" -> value instanceof Number;
                    case "multipleOf" -> value instanceof Number number && number.doubleValue() > 0;
                    case "pattern", "format", "$ref" -> value instanceof String;
                    case "uniqueItems" -> value instanceof Boolean;
                    default -> throw new IllegalArgumentException(path + " is not supported");
                };
        if (!right) {
            throw wrong(path, value, expected(keyword));
        }
        if (keyword.equals("uniqueItems") && Boolean.TRUE.equals(value)) {
            throw new IllegalArgumentException(path + " is true, which is not supported");
        }
        if (keyword.equals("enum") || keyword.equals("const")) {
            checkText(value, path);
        }
    }

    private static String expected(String keyword) {
        return switch (keyword) {
            case "type" -> "one of null, boolean, integer, number, string, array, object, or a list of them";
            case "properties" -> "an object whose names are well-formed text";
            case "required" -> "a list of well-formed texts";
            case "additionalProperties", "items" -> "an object, true or false";
            case "prefixItems", "anyOf", "oneOf", "allOf", "enum" -> "a list that is not empty";
            case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum" -> "a number";
            case "multipleOf" -> "a number above 0";
            case "pattern", "format", "$ref" -> "a string";
            case "uniqueItems" -> "true or false";
            default -> "a whole number, 0 or above";
        };
    }

    private static boolean isType(@Nullable Object value) {
        return value instanceof String && TYPES.contains(value);
    }

    private static boolean isTypes(@Nullable Object value) {
        if (!(value instanceof List<?> list) || list.isEmpty()) {
            return false;
        }
        for (Object type : list) {
            if (!isType(type)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isCount(@Nullable Object value) {
        return value instanceof Number number
                && number.doubleValue() >= 0
                && number.doubleValue() == Math.rint(number.doubleValue());
    }

    private static boolean areTexts(List<?> values) {
        for (Object value : values) {
            if (!(value instanceof String text) || !isWellFormed(text)) {
                return false;
            }
        }
        return true;
    }

    private static void checkText(@Nullable Object value, String path) {
        if (value instanceof String text && !isWellFormed(text)) {
            throw new IllegalArgumentException(path + " holds half of a surrogate pair, which no UTF-8 text has");
        } else if (value instanceof List<?> list) {
            for (Object element : list) {
                checkText(element, path);
            }
        } else if (value instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                checkText(entry.getKey(), path);
                checkText(entry.getValue(), path);
            }
        }
    }

    private static boolean isWellFormed(String text) {
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int c = text.codePointAt(i);
            if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                return false;
            }
        }
        return true;
    }

    static IllegalArgumentException wrong(String path, @Nullable Object value, String expected) {
        String found;
        try {
            found = JsonWriter.write(value, -1);
        } catch (IllegalArgumentException e) {
            found = "no JSON value";
        }
        if (found.length() > LONGEST_QUOTE) {
            found = found.substring(0, LONGEST_QUOTE) + "…";
        }
        return new IllegalArgumentException(path + " is " + found + "; it must be " + expected);
    }
}
