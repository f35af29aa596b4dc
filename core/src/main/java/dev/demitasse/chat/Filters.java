package dev.demitasse.chat;

import dev.demitasse.chat.Values.Failure;
import dev.demitasse.chat.Values.Undefined;
import dev.demitasse.json.JsonWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Jinja's filters and tests, as far as models' templates use them. */
final class Filters {
    /** Every two elements are compared. */
    private static final int MAX_UNIQUE = 2000;

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
            case "title" -> titleWords(Values.text(value));
            case "capitalize" -> capitalize(Values.text(value));
            case "string" -> Values.text(value);
            case "safe" -> value;
            case "length", "count" -> length(value);
            case "tojson" -> tojson(value, arguments, named);
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
            case "sort" -> sort(value, arguments, named);
            case "dictsort" -> dictsort(value, arguments, named);
            case "min" -> extreme(value, named, -1);
            case "max" -> extreme(value, named, 1);
            case "sum" -> sum(value, arguments, named);
            case "round" -> round(value, arguments, named);
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

    /** The filter begins words after a space, a hyphen or an opening bracket only; the method after any other than a letter. */
    private static String titleWords(String text) {
        StringBuilder out = new StringBuilder();
        boolean inWord = false;
        for (int i = 0; i < text.length(); i++) {
            String c = text.substring(i, i + 1);
            out.append(inWord ? lower(c) : upper(c));
            inWord = !Methods.isSpace(text.charAt(i)) && "-({[<".indexOf(text.charAt(i)) < 0;
        }
        return out.toString();
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

    /** Hugging Face's, which escapes nothing for HTML; its layout is {@code json.dumps}'s. */
    private static String tojson(
            @Nullable Object value, List<@Nullable Object> arguments, Map<String, @Nullable Object> named)
            throws Failure {
        for (String name : named.keySet()) {
            if (!name.equals("indent") && !(name.equals("ensure_ascii") && !Values.isTrue(named.get(name)))) {
                throw new Failure("tojson: argument \"" + name + "\" is not supported");
            }
        }
        Object indent = named.containsKey("indent") ? named.get("indent") : first(arguments);
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

    private static boolean flag(
            List<@Nullable Object> arguments, int index, Map<String, @Nullable Object> named, String name) {
        return Values.isTrue(arguments.size() > index ? arguments.get(index) : named.get(name));
    }

    /** Merge sort of a comparison that may fail; stable, also when reversed, as Python's is. */
    private static List<@Nullable Object> sort(
            @Nullable Object value, List<@Nullable Object> arguments, Map<String, @Nullable Object> named)
            throws Failure {
        boolean reverse = flag(arguments, 0, named, "reverse");
        boolean caseSensitive = flag(arguments, 1, named, "case_sensitive");
        Object attribute = arguments.size() > 2 ? arguments.get(2) : named.get("attribute");
        return sorted(new ArrayList<>(Methods.iterate(value)), reverse, element -> {
            Object key = attribute == null ? element : path(element, attribute);
            return !caseSensitive && key instanceof String text ? lower(text) : key;
        });
    }

    private static List<@Nullable Object> dictsort(
            @Nullable Object value, List<@Nullable Object> arguments, Map<String, @Nullable Object> named)
            throws Failure {
        if (!(value instanceof Map<?, ?> map)) {
            throw new Failure("dictsort needs a dict, not " + Values.typeName(value));
        }
        boolean caseSensitive = flag(arguments, 0, named, "case_sensitive");
        Object by = arguments.size() > 1 ? arguments.get(1) : named.getOrDefault("by", "key");
        boolean reverse = flag(arguments, 2, named, "reverse");
        if (!"key".equals(by) && !"value".equals(by)) {
            throw new Failure("dictsort by \"" + Values.text(by) + "\"; it must be by key or value");
        }
        return sorted(new ArrayList<>(Methods.items(map)), reverse, item -> {
            Object key = ((Tuple) Objects.requireNonNull(item)).get("key".equals(by) ? 0 : 1);
            return !caseSensitive && key instanceof String text ? lower(text) : key;
        });
    }

    private interface Key {
        @Nullable
        Object of(@Nullable Object element) throws Failure;
    }

    private static List<@Nullable Object> sorted(List<@Nullable Object> elements, boolean reverse, Key key)
            throws Failure {
        int size = elements.size();
        if (size < 2) {
            return elements;
        }
        List<@Nullable Object> left = sorted(new ArrayList<>(elements.subList(0, size / 2)), reverse, key);
        List<@Nullable Object> right = sorted(new ArrayList<>(elements.subList(size / 2, size)), reverse, key);
        List<@Nullable Object> merged = new ArrayList<>(size);
        int i = 0;
        int j = 0;
        while (i < left.size() && j < right.size()) {
            int order = Values.compare(key.of(left.get(i)), key.of(right.get(j)));
            merged.add((reverse ? order >= 0 : order <= 0) ? left.get(i++) : right.get(j++));
        }
        merged.addAll(left.subList(i, left.size()));
        merged.addAll(right.subList(j, right.size()));
        return merged;
    }

    private static @Nullable Object extreme(@Nullable Object value, Map<String, @Nullable Object> named, int sign)
            throws Failure {
        Object best = new Undefined("no element");
        Object bestKey = null;
        boolean caseSensitive = Values.isTrue(named.get("case_sensitive"));
        for (Object element : Methods.iterate(value)) {
            Object key = named.containsKey("attribute") ? path(element, named.get("attribute")) : element;
            key = !caseSensitive && key instanceof String text ? lower(text) : key;
            if (best instanceof Undefined || Values.compare(key, bestKey) * sign > 0) {
                best = element;
                bestKey = key;
            }
        }
        return best;
    }

    private static @Nullable Object sum(
            @Nullable Object value, List<@Nullable Object> arguments, Map<String, @Nullable Object> named)
            throws Failure {
        Object attribute = arguments.isEmpty() ? named.get("attribute") : arguments.get(0);
        Object sum = arguments.size() > 1 ? arguments.get(1) : named.getOrDefault("start", 0L);
        for (Object element : Methods.iterate(value)) {
            sum = Values.arithmetic("+", sum, attribute == null ? element : path(element, attribute));
        }
        return sum;
    }

    private static Object round(
            @Nullable Object value, List<@Nullable Object> arguments, Map<String, @Nullable Object> named)
            throws Failure {
        long precision = Values.whole(arguments.isEmpty() ? named.getOrDefault("precision", 0L) : arguments.get(0));
        Object method = arguments.size() > 1 ? arguments.get(1) : named.getOrDefault("method", "common");
        if (!Values.isNumber(value) || Math.abs(precision) > 15) {
            throw new Failure("can't round " + Values.typeName(value) + " to " + precision + " digits");
        }
        RoundingMode mode =
                switch (Values.text(method)) {
                    case "common" -> RoundingMode.HALF_EVEN;
                    case "ceil" -> RoundingMode.CEILING;
                    case "floor" -> RoundingMode.FLOOR;
                    default -> throw new Failure("round by \"" + Values.text(method) + "\"");
                };
        if (value instanceof Double number && (number.isNaN() || number.isInfinite())) {
            return number;
        }
        double rounded = new BigDecimal(Values.real(value))
                .setScale((int) precision, mode)
                .doubleValue();
        return Values.isWhole(value) && mode == RoundingMode.HALF_EVEN ? (Object) (long) rounded : (Object) rounded;
    }

    private static List<@Nullable Object> unique(@Nullable Object value) throws Failure {
        if (Methods.iterate(value).size() > MAX_UNIQUE) {
            throw new Failure("unique of more than " + MAX_UNIQUE + " elements");
        }
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
