package dev.demitasse.chat;

import dev.demitasse.chat.Values.Failure;
import dev.demitasse.chat.Values.Undefined;
import dev.demitasse.json.JsonWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Jinja's filters and tests, as far as models' templates use them. */
final class Filters {
    private Filters() {}

    static @Nullable Object apply(
            String name, @Nullable Object value, List<@Nullable Object> arguments, Map<String, @Nullable Object> named)
            throws Failure {
        return switch (name) {
            case "trim" ->
                Methods.strip(
                        Values.text(value), arguments.isEmpty() ? null : Methods.string(arguments.get(0)), true, true);
            case "upper" -> upper(Values.text(value));
            case "lower" -> lower(Values.text(value));
            case "title" -> title(Values.text(value));
            case "capitalize" -> capitalize(Values.text(value));
            case "string" -> Values.text(value);
            case "safe" -> value;
            case "length", "count" -> length(value);
            case "tojson" -> tojson(value, named.containsKey("indent") ? named.get("indent") : first(arguments));
            case "default", "d" -> defaultTo(value, arguments, named);
            case "first" -> edge(value, true);
            case "last" -> edge(value, false);
            case "list" -> new ArrayList<>(Methods.iterate(value));
            case "reverse" -> reverse(value);
            case "join" -> join(value, arguments, named);
            case "replace" ->
                Methods.replace(
                        Values.text(value),
                        Values.text(arguments.get(0)),
                        Values.text(arguments.get(1)),
                        arguments.size() > 2 ? Values.whole(arguments.get(2)) : -1);
            case "items" -> value instanceof Map<?, ?> map ? Methods.items(map) : List.of();
            case "int" -> toInt(value, arguments);
            case "float" -> toFloat(value);
            case "abs" -> Values.compare(value, 0L) < 0 ? Values.arithmetic("-", 0L, value) : value;
            case "map" -> map(value, arguments, named);
            case "select" -> select(value, arguments, true);
            case "reject" -> select(value, arguments, false);
            case "selectattr" -> selectAttribute(value, arguments, true);
            case "rejectattr" -> selectAttribute(value, arguments, false);
            case "unique" -> unique(value);
            case "indent" -> indent(Values.text(value), arguments, named);
            default -> throw new Failure("filter \"" + name + "\" is not supported");
        };
    }

    static boolean test(String name, @Nullable Object value, List<@Nullable Object> arguments) throws Failure {
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
            case "callable" -> value instanceof Interpreter.Function;
            case "odd" -> Values.equal(Values.arithmetic("%", value, 2L), 1L);
            case "even" -> Values.equal(Values.arithmetic("%", value, 2L), 0L);
            case "divisibleby" -> Values.equal(Values.arithmetic("%", value, arguments.get(0)), 0L);
            case "lower" -> Values.text(value).equals(lower(Values.text(value)));
            case "upper" -> Values.text(value).equals(upper(Values.text(value)));
            case "in" -> Values.contains(arguments.get(0), value);
            case "equalto", "eq", "==" -> Values.equal(value, arguments.get(0));
            case "ne", "!=" -> !Values.equal(value, arguments.get(0));
            case "lt", "lessthan", "<" -> Values.compare(value, arguments.get(0)) < 0;
            case "le", "<=" -> Values.compare(value, arguments.get(0)) <= 0;
            case "gt", "greaterthan", ">" -> Values.compare(value, arguments.get(0)) > 0;
            case "ge", ">=" -> Values.compare(value, arguments.get(0)) >= 0;
            default -> throw new Failure("test \"" + name + "\" is not supported");
        };
    }

    static boolean compare(String operator, @Nullable Object a, @Nullable Object b) throws Failure {
        return switch (operator) {
            case "in" -> Values.contains(b, a);
            case "not in" -> !Values.contains(b, a);
            default -> test(operator, a, Arrays.asList(b));
        };
    }

    static String upper(String text) {
        return text.toUpperCase(Locale.ROOT);
    }

    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    static String capitalize(String text) {
        return text.isEmpty() ? text : upper(text.substring(0, 1)) + lower(text.substring(1));
    }

    static String title(String text) {
        StringBuilder out = new StringBuilder();
        boolean inWord = false;
        for (int i = 0; i < text.length(); i++) {
            String c = text.substring(i, i + 1);
            out.append(inWord ? lower(c) : upper(c));
            inWord = Character.isLetter(text.charAt(i));
        }
        return out.toString();
    }

    private static @Nullable Object first(List<@Nullable Object> arguments) {
        return arguments.isEmpty() ? null : arguments.get(0);
    }

    private static long length(@Nullable Object value) throws Failure {
        if (value instanceof String text) {
            return text.codePointCount(0, text.length());
        }
        return Methods.iterate(value).size();
    }

    private static String tojson(@Nullable Object value, @Nullable Object indent) throws Failure {
        try {
            return JsonWriter.write(value, indent == null ? -1 : (int) Math.max(0, Math.min(16, Values.whole(indent))));
        } catch (IllegalArgumentException e) {
            throw new Failure(String.valueOf(e.getMessage()));
        }
    }

    private static @Nullable Object defaultTo(
            @Nullable Object value, List<@Nullable Object> arguments, Map<String, @Nullable Object> named) {
        boolean alsoIfFalse = Values.isTrue(arguments.size() > 1 ? arguments.get(1) : named.get("boolean"));
        boolean absent = value instanceof Undefined || (alsoIfFalse && !Values.isTrue(value));
        Object fallback = arguments.isEmpty() ? named.getOrDefault("default_value", "") : arguments.get(0);
        return absent ? fallback : value;
    }

    private static @Nullable Object edge(@Nullable Object value, boolean first) throws Failure {
        List<?> elements = Methods.iterate(value);
        if (elements.isEmpty()) {
            return new Undefined(first ? "first" : "last");
        }
        return elements.get(first ? 0 : elements.size() - 1);
    }

    private static Object reverse(@Nullable Object value) throws Failure {
        return Methods.slice(value, null, null, -1L);
    }

    private static String join(
            @Nullable Object value, List<@Nullable Object> arguments, Map<String, @Nullable Object> named)
            throws Failure {
        Object separator = arguments.isEmpty() ? named.getOrDefault("d", "") : arguments.get(0);
        List<?> parts = Methods.iterate(value);
        if (named.containsKey("attribute")) {
            parts = map(value, List.of(), named);
        }
        return Methods.join(Values.text(separator), parts);
    }

    private static Object toInt(@Nullable Object value, List<@Nullable Object> arguments) {
        if (Values.isNumber(value)) {
            return value instanceof Double number ? (long) (double) number : Values.whole(value);
        }
        try {
            return Long.parseLong(Values.text(value).trim());
        } catch (NumberFormatException e) {
            return arguments.isEmpty() || arguments.get(0) == null ? 0L : arguments.get(0);
        }
    }

    private static Object toFloat(@Nullable Object value) {
        if (Values.isNumber(value)) {
            return Values.real(value);
        }
        try {
            return Double.parseDouble(Values.text(value).trim());
        } catch (NumberFormatException e) {
            return 0.0;
        }
    }

    private static List<@Nullable Object> map(
            @Nullable Object value, List<@Nullable Object> arguments, Map<String, @Nullable Object> named)
            throws Failure {
        List<@Nullable Object> mapped = new ArrayList<>();
        for (Object element : Methods.iterate(value)) {
            if (named.containsKey("attribute")) {
                Object found = path(element, named.get("attribute"));
                mapped.add(found instanceof Undefined && named.containsKey("default") ? named.get("default") : found);
            } else {
                String filter = Methods.string(arguments.get(0));
                mapped.add(apply(filter, element, arguments.subList(1, arguments.size()), Map.of()));
            }
        }
        return mapped;
    }

    private static List<@Nullable Object> select(@Nullable Object value, List<@Nullable Object> arguments, boolean keep)
            throws Failure {
        List<@Nullable Object> selected = new ArrayList<>();
        for (Object element : Methods.iterate(value)) {
            if (holds(element, arguments) == keep) {
                selected.add(element);
            }
        }
        return selected;
    }

    private static List<@Nullable Object> selectAttribute(
            @Nullable Object value, List<@Nullable Object> arguments, boolean keep) throws Failure {
        List<@Nullable Object> selected = new ArrayList<>();
        for (Object element : Methods.iterate(value)) {
            if (holds(path(element, arguments.get(0)), arguments.subList(1, arguments.size())) == keep) {
                selected.add(element);
            }
        }
        return selected;
    }

    /** Whether the test named first, with the arguments after it, holds; without a name, whether the value is true. */
    private static boolean holds(@Nullable Object value, List<@Nullable Object> test) throws Failure {
        return test.isEmpty()
                ? Values.isTrue(value)
                : test(Methods.string(test.get(0)), value, test.subList(1, test.size()));
    }

    /** {@code a.b.0}: attributes of attributes. */
    private static @Nullable Object path(@Nullable Object value, @Nullable Object path) throws Failure {
        Object found = value;
        if (path instanceof String names) {
            int start = 0;
            while (start <= names.length()) {
                int dot = names.indexOf('.', start);
                int end = dot < 0 ? names.length() : dot;
                String name = names.substring(start, end);
                boolean isIndex =
                        !name.isEmpty() && name.chars().allMatch(c -> c >= '0' && c <= '9') && name.length() < 10;
                found = Methods.item(found, isIndex ? (Object) Long.valueOf(name) : name);
                start = end + 1;
            }
            return found;
        }
        return Methods.item(found, path);
    }

    private static List<@Nullable Object> unique(@Nullable Object value) throws Failure {
        List<@Nullable Object> unique = new ArrayList<>();
        for (Object element : Methods.iterate(value)) {
            Object key = element instanceof String text ? lower(text) : element;
            boolean seen = false;
            for (Object other : unique) {
                seen |= Values.equal(other instanceof String text ? lower(text) : other, key);
            }
            if (!seen) {
                unique.add(element);
            }
        }
        return unique;
    }

    private static String indent(String text, List<@Nullable Object> arguments, Map<String, @Nullable Object> named)
            throws Failure {
        Object width = arguments.isEmpty() ? named.getOrDefault("width", 4L) : arguments.get(0);
        boolean first = Values.isTrue(arguments.size() > 1 ? arguments.get(1) : named.get("first"));
        boolean blank = Values.isTrue(arguments.size() > 2 ? arguments.get(2) : named.get("blank"));
        String pad = width instanceof String given
                ? given
                : " ".repeat((int) Math.max(0, Math.min(256, Values.whole(width))));
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
