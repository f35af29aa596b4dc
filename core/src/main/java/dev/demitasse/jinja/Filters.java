package dev.demitasse.jinja;

import dev.demitasse.json.JsonWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Jinja's filters ({@code value | name}) that chat templates use. */
final class Filters {
    private static final int MAX_PRECISION = 15;
    private static final int MAX_INDENT = 256;
    private static final int MAX_JSON_INDENT = 16;

    private Filters() {}

    static @Nullable Object apply(
            String name, @Nullable Object value, List<@Nullable Object> arguments, Map<String, @Nullable Object> named)
            throws EvaluationException {
        return switch (name) {
            case "trim" ->
                StringMethods.strip(
                        Values.text(value), arguments.isEmpty() ? null : Values.string(arguments.get(0)), true, true);
            case "upper" -> LetterCase.upper(Values.text(value));
            case "lower" -> LetterCase.lower(Values.text(value));
            case "title" -> LetterCase.titleWords(Values.text(value));
            case "capitalize" -> LetterCase.capitalize(Values.text(value));
            case "string" -> Values.text(value);
            case "safe" -> value;
            case "length", "count" -> length(value);
            case "tojson" -> tojson(value, arguments, named);
            case "default", "d" -> defaultTo(value, arguments, named);
            case "first" -> SequenceFilters.edge(value, true);
            case "last" -> SequenceFilters.edge(value, false);
            case "list" -> new ArrayList<>(Access.iterate(value));
            case "reverse" -> SequenceFilters.reverse(value);
            case "join" -> SequenceFilters.join(value, arguments, named);
            case "replace" ->
                StringMethods.replace(
                        Values.text(value),
                        Values.text(arguments.get(0)),
                        Values.text(arguments.get(1)),
                        arguments.size() > 2 ? Values.toLong(arguments.get(2)) : -1);
            case "items" -> value instanceof Map<?, ?> map ? Access.items(map) : List.of();
            case "int" -> toInt(value, arguments);
            case "float" -> toFloat(value);
            case "abs" -> Values.compare(value, 0L) < 0 ? Arithmetic.apply("-", 0L, value) : value;
            case "map" -> SequenceFilters.map(value, arguments, named);
            case "select" -> SequenceFilters.select(value, arguments, true);
            case "reject" -> SequenceFilters.select(value, arguments, false);
            case "selectattr" -> SequenceFilters.selectAttribute(value, arguments, true);
            case "rejectattr" -> SequenceFilters.selectAttribute(value, arguments, false);
            case "unique" -> SequenceFilters.unique(value);
            case "sort" -> SequenceFilters.sort(value, arguments, named);
            case "dictsort" -> SequenceFilters.dictsort(value, arguments, named);
            case "min" -> SequenceFilters.extreme(value, named, -1);
            case "max" -> SequenceFilters.extreme(value, named, 1);
            case "sum" -> SequenceFilters.sum(value, arguments, named);
            case "round" -> round(value, arguments, named);
            case "indent" -> indent(Values.text(value), arguments, named);
            default -> throw new EvaluationException("filter \"" + name + "\" is not supported");
        };
    }

    private static long length(@Nullable Object value) throws EvaluationException {
        if (value instanceof String text) {
            return text.codePointCount(0, text.length());
        }
        return Access.iterate(value).size();
    }

    /** Returns JSON laid out as {@code json.dumps} does it. As in Hugging Face's version, HTML is not escaped. */
    private static String tojson(
            @Nullable Object value, List<@Nullable Object> arguments, Map<String, @Nullable Object> named)
            throws EvaluationException {
        for (String name : named.keySet()) {
            if (!name.equals("indent") && !(name.equals("ensure_ascii") && !Values.isTrue(named.get(name)))) {
                throw new EvaluationException("tojson: argument \"" + name + "\" is not supported");
            }
        }
        Object indent = named.containsKey("indent") || arguments.isEmpty() ? named.get("indent") : arguments.get(0);
        try {
            return JsonWriter.write(
                    value, indent == null ? -1 : (int) Math.max(0, Math.min(MAX_JSON_INDENT, Values.toLong(indent))));
        } catch (IllegalArgumentException e) {
            throw new EvaluationException(String.valueOf(e.getMessage()));
        }
    }

    private static @Nullable Object defaultTo(
            @Nullable Object value, List<@Nullable Object> arguments, Map<String, @Nullable Object> named) {
        boolean alsoIfFalse = Values.isTrue(arguments.size() > 1 ? arguments.get(1) : named.get("boolean"));
        boolean absent = value instanceof Undefined || (alsoIfFalse && !Values.isTrue(value));
        Object fallback = arguments.isEmpty() ? named.getOrDefault("default_value", "") : arguments.get(0);
        return absent ? fallback : value;
    }

    private static Object toInt(@Nullable Object value, List<@Nullable Object> arguments) {
        if (Values.isNumber(value)) {
            return value instanceof Double number ? (long) (double) number : Values.toLong(value);
        }
        try {
            return Long.parseLong(Values.text(value).trim());
        } catch (NumberFormatException e) {
            return arguments.isEmpty() || arguments.get(0) == null ? 0L : arguments.get(0);
        }
    }

    private static Object toFloat(@Nullable Object value) {
        if (Values.isNumber(value)) {
            return Values.toDouble(value);
        }
        try {
            return Double.parseDouble(Values.text(value).trim());
        } catch (NumberFormatException e) {
            return 0.0;
        }
    }

    private static Object round(
            @Nullable Object value, List<@Nullable Object> arguments, Map<String, @Nullable Object> named)
            throws EvaluationException {
        long precision = Values.toLong(arguments.isEmpty() ? named.getOrDefault("precision", 0L) : arguments.get(0));
        Object method = arguments.size() > 1 ? arguments.get(1) : named.getOrDefault("method", "common");
        if (!Values.isNumber(value) || Math.abs(precision) > MAX_PRECISION) {
            throw new EvaluationException("can't round " + Values.typeName(value) + " to " + precision + " digits");
        }
        RoundingMode mode =
                switch (Values.text(method)) {
                    case "common" -> RoundingMode.HALF_EVEN;
                    case "ceil" -> RoundingMode.CEILING;
                    case "floor" -> RoundingMode.FLOOR;
                    default -> throw new EvaluationException("round by \"" + Values.text(method) + "\"");
                };
        if (value instanceof Double number && (number.isNaN() || number.isInfinite())) {
            return number;
        }
        double rounded = new BigDecimal(Values.toDouble(value))
                .setScale((int) precision, mode)
                .doubleValue();
        return Values.isInteger(value) && mode == RoundingMode.HALF_EVEN ? (Object) (long) rounded : (Object) rounded;
    }

    private static String indent(String text, List<@Nullable Object> arguments, Map<String, @Nullable Object> named)
            throws EvaluationException {
        Object width = arguments.isEmpty() ? named.getOrDefault("width", 4L) : arguments.get(0);
        boolean first = Values.isTrue(arguments.size() > 1 ? arguments.get(1) : named.get("first"));
        boolean blank = Values.isTrue(arguments.size() > 2 ? arguments.get(2) : named.get("blank"));
        String pad = width instanceof String given
                ? given
                : " ".repeat((int) Math.max(0, Math.min(MAX_INDENT, Values.toLong(width))));
        StringBuilder out = new StringBuilder();
        int start = 0;
        while (start <= text.length()) {
            int end = text.indexOf('\n', start);
            String line = text.substring(start, end < 0 ? text.length() : end);
            if (start == 0 ? first : blank || !line.isEmpty()) {
                out.append(pad);
            }
            out.append(line);
            if (end < 0) {
                break;
            }
            out.append('\n');
            start = end + 1;
            Values.checkLength(out.length());
        }
        return out.toString();
    }
}
