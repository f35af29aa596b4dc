package dev.demitasse.jinja;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Jinja's tests ({@code value is name}) that chat templates use. */
final class Tests {
    private Tests() {}

    static boolean test(String name, @Nullable Object value, List<@Nullable Object> arguments)
            throws EvaluationException {
        return switch (name) {
            case "defined" -> !(value instanceof Undefined);
            case "undefined" -> value instanceof Undefined;
            case "none" -> value == null;
            case "string" -> value instanceof String;
            case "mapping" -> value instanceof Map;
            case "sequence" -> value instanceof List || value instanceof String || value instanceof Map;
            case "iterable" ->
                value instanceof List || value instanceof String || value instanceof Map || value instanceof Undefined;
            case "number" -> Values.isNumber(value);
            case "integer" -> value instanceof Long;
            case "float" -> value instanceof Double;
            case "boolean" -> value instanceof Boolean;
            case "true" -> Boolean.TRUE.equals(value);
            case "false" -> Boolean.FALSE.equals(value);
            case "callable" -> value instanceof Function;
            case "odd" -> Values.equal(Arithmetic.apply("%", value, 2L), 1L);
            case "even" -> Values.equal(Arithmetic.apply("%", value, 2L), 0L);
            case "divisibleby" -> Values.equal(Arithmetic.apply("%", value, arguments.get(0)), 0L);
            case "lower" -> Values.text(value).equals(LetterCase.lower(Values.text(value)));
            case "upper" -> Values.text(value).equals(LetterCase.upper(Values.text(value)));
            case "in" -> Values.contains(arguments.get(0), value);
            case "equalto", "eq", "==" -> Values.equal(value, arguments.get(0));
            case "ne", "!=" -> !Values.equal(value, arguments.get(0));
            case "lt", "lessthan", "<" -> Values.compare(value, arguments.get(0)) < 0;
            case "le", "<=" -> Values.compare(value, arguments.get(0)) <= 0;
            case "gt", "greaterthan", ">" -> Values.compare(value, arguments.get(0)) > 0;
            case "ge", ">=" -> Values.compare(value, arguments.get(0)) >= 0;
            default -> throw new EvaluationException("test \"" + name + "\" is not supported");
        };
    }

    /** Applies a comparison operator, {@code in} or {@code not in}. */
    static boolean compare(String operator, @Nullable Object a, @Nullable Object b) throws EvaluationException {
        return switch (operator) {
            case "in" -> Values.contains(b, a);
            case "not in" -> !Values.contains(b, a);
            default -> test(operator, a, Arrays.asList(b));
        };
    }
}
