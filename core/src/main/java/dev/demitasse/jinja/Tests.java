package dev.demitasse.jinja;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Jinja's tests ({@code value is name}). */
final class Tests {
    private static final Set<String> NAMES = Set.of(
            "!=",
            "<",
            "<=",
            "==",
            ">",
            ">=",
            "boolean",
            "callable",
            "defined",
            "divisibleby",
            "eq",
            "equalto",
            "escaped",
            "even",
            "false",
            "filter",
            "float",
            "ge",
            "greaterthan",
            "gt",
            "in",
            "integer",
            "iterable",
            "le",
            "lessthan",
            "lower",
            "lt",
            "mapping",
            "ne",
            "none",
            "number",
            "odd",
            "sameas",
            "sequence",
            "string",
            "test",
            "true",
            "undefined",
            "upper");

    private Tests() {}

    static boolean test(String name, @Nullable Object value, Arguments arguments, Limits limits) {
        return switch (name) {
            case "in" -> Values.contains(other(arguments, "seq"), value, limits);
            case "==", "eq", "equalto" -> Values.equal(value, other(arguments, "b"), limits);
            case "!=", "ne" -> !Values.equal(value, other(arguments, "b"), limits);
            case "<", "lt", "lessthan" -> Values.ordered("<", value, other(arguments, "b"), limits);
            case "<=", "le" -> Values.ordered("<=", value, other(arguments, "b"), limits);
            case ">", "gt", "greaterthan" -> Values.ordered(">", value, other(arguments, "b"), limits);
            case ">=", "ge" -> Values.ordered(">=", value, other(arguments, "b"), limits);
            case "divisibleby" ->
                Values.equal(Arithmetic.apply("%", value, other(arguments, "num"), limits), 0L, limits);
            case "sameas" -> isSame(value, other(arguments, "other"));
            default -> {
                arguments.bind(0);
                yield unary(name, value, limits);
            }
        };
    }

    private static @Nullable Object other(Arguments arguments, String name) {
        return arguments.bind(1, name).get(0);
    }

    private static boolean unary(String name, @Nullable Object value, Limits limits) {
        return switch (name) {
            case "defined" -> !(value instanceof Undefined);
            case "undefined" -> value instanceof Undefined;
            case "none" -> value == null;
            case "string" -> Values.isText(value);
            case "mapping" -> value instanceof Map;
            case "sequence" -> isSequence(value);
            case "iterable" ->
                isSequence(value) || value instanceof DictView || value instanceof Iterator || value instanceof Loop;
            case "number" -> Values.isNumber(value);
            case "integer" -> value instanceof Long;
            case "float" -> value instanceof Double;
            case "boolean" -> value instanceof Boolean;
            case "true" -> Boolean.TRUE.equals(value);
            case "false" -> Boolean.FALSE.equals(value);
            case "callable" -> value instanceof Function || value instanceof Undefined;
            case "odd", "even" ->
                Values.equal(Arithmetic.apply("%", value, 2L, limits), name.equals("odd") ? 1L : 0L, limits);
            case "lower" -> LetterCase.isAll(checkedText(value, limits), false);
            case "upper" -> LetterCase.isAll(checkedText(value, limits), true);
            case "escaped" -> value instanceof Markup;
            case "filter" -> Filters.exists(value);
            case "test" -> Keys.check(value) instanceof String text && NAMES.contains(text);
            default -> throw new EvaluationException("test \"" + name + "\" is not supported");
        };
    }

    private static String checkedText(@Nullable Object value, Limits limits) {
        String text = Values.text(value, limits);
        limits.read(4L * text.length());
        return text;
    }

    private static boolean isSequence(@Nullable Object value) {
        return value instanceof List || Values.isText(value) || value instanceof Map || value instanceof Undefined;
    }

    /** Returns whether two values are one object. For numbers and texts this depends on Python's caches. */
    private static boolean isSame(@Nullable Object a, @Nullable Object b) {
        boolean isCached = a instanceof Long || a instanceof Double || Values.isText(a) || a instanceof Tuple;
        if (isCached && Values.typeName(a).equals(Values.typeName(b))) {
            throw EvaluationException.unsupported("test \"sameas\"", a);
        }
        return a instanceof Boolean ? a.equals(b) : a == b;
    }
}
