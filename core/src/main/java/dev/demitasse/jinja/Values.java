package dev.demitasse.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Python's semantics for the values of a template: null (None), {@link Undefined}, Boolean, Long, Double, String,
 * {@link MarkedText}, {@link Markup}, List, {@link Tuple}, {@link Range}, Map, {@link DictView}, {@link Iterator}, {@link Namespace} and
 * {@link Function}.
 */
final class Values {
    private Values() {}

    static boolean isTrue(@Nullable Object value) {
        if (value == null || value instanceof Undefined) {
            return false;
        }
        if (value instanceof Boolean bool) {
            return bool;
        }
        if (value instanceof Long number) {
            return number != 0;
        }
        if (value instanceof Double number) {
            return number != 0;
        }
        if (isText(value)) {
            return !plainText(value).isEmpty();
        }
        if (value instanceof List<?> list) {
            return !list.isEmpty();
        }
        if (value instanceof DictView view) {
            return !view.elements().isEmpty();
        }
        return !(value instanceof Map<?, ?> map) || !map.isEmpty();
    }

    static boolean isText(@Nullable Object value) {
        return value instanceof String || value instanceof MarkedText || value instanceof Markup;
    }

    /** Returns the text of a String, {@link MarkedText} or {@link Markup}. */
    static String plainText(@Nullable Object value) {
        if (value instanceof Markup markup) {
            return markup.text();
        }
        if (value instanceof String text) {
            return text;
        }
        if (value instanceof MarkedText marked) {
            return marked.text();
        }
        throw new EvaluationException("a text is expected, not " + typeName(value));
    }

    /** Returns Python's {@code str(value)}. */
    static String text(@Nullable Object value, Limits limits) {
        return plainText(marked(value, limits));
    }

    /** Returns Python's {@code str(value)} as a String or {@link MarkedText}. */
    static Object marked(@Nullable Object value, Limits limits) {
        if (value instanceof String || value instanceof MarkedText) {
            return value;
        }
        if (value instanceof Markup markup) {
            return markup.plain();
        }
        return value instanceof Undefined ? "" : Repr.of(value, limits, false);
    }

    static boolean equal(@Nullable Object a, @Nullable Object b, Limits limits) {
        limits.step();
        if (a instanceof Undefined && b instanceof Undefined) {
            return true;
        }
        if (isNumber(a) && isNumber(b)) {
            return compareNumbers(a, b) == 0;
        }
        if (isText(a) && isText(b)) {
            String left = plainText(a);
            String right = plainText(b);
            limits.read(left.length() == right.length() ? left.length() : 0);
            return left.equals(right);
        }
        if (a instanceof List<?> left && b instanceof List<?> right) {
            return left.size() == right.size() && sameType(left, right) && equalElements(left, right, limits);
        }
        if (a instanceof Map<?, ?> left && b instanceof Map<?, ?> right) {
            return left.size() == right.size() && containsEntries(left, right, limits);
        }
        if (a instanceof DictView && b instanceof DictView) {
            throw EvaluationException.unsupported("==", a);
        }
        return a == b;
    }

    private static boolean equalElements(List<?> a, List<?> b, Limits limits) {
        limits.enterValue();
        boolean equal = true;
        for (int i = 0; i < a.size() && equal; i++) {
            equal = isOrEquals(a.get(i), b.get(i), limits);
        }
        limits.leave();
        return equal;
    }

    private static boolean containsEntries(Map<?, ?> map, Map<?, ?> entries, Limits limits) {
        limits.enterValue();
        boolean all = true;
        for (Map.Entry<?, ?> entry : entries.entrySet()) {
            Object key = Keys.find(map, entry.getKey());
            all = map.containsKey(key) && isOrEquals(map.get(key), entry.getValue(), limits);
            if (!all) {
                break;
            }
        }
        limits.leave();
        return all;
    }

    /** As in Python, an element of a list is equal to itself even if it is NaN. */
    static boolean isOrEquals(@Nullable Object a, @Nullable Object b, Limits limits) {
        return (a == b && a instanceof Double) || equal(a, b, limits);
    }

    static boolean sameType(List<?> a, List<?> b) {
        return a instanceof Tuple == b instanceof Tuple && a instanceof Range == b instanceof Range;
    }

    /**
     * Applies {@code <}, {@code <=}, {@code >} or {@code >=}.
     *
     * @throws EvaluationException if Python does not order the values
     */
    static boolean ordered(String operator, @Nullable Object a, @Nullable Object b, Limits limits) {
        if (isNumber(a) && isNumber(b) && (isNaN(a) || isNaN(b))) {
            return false;
        }
        int order = compare(a, b, limits);
        return switch (operator) {
            case "<" -> order < 0;
            case "<=" -> order <= 0;
            case ">" -> order > 0;
            default -> order >= 0;
        };
    }

    /**
     * Returns a negative number, 0 or a positive number, as Python orders numbers, texts and lists.
     *
     * @throws EvaluationException if Python does not order the values
     */
    static int compare(@Nullable Object a, @Nullable Object b, Limits limits) {
        limits.step();
        if (isNumber(a) && isNumber(b) && !isNaN(a) && !isNaN(b)) {
            return compareNumbers(a, b);
        }
        if (isText(a) && isText(b)) {
            return compareTexts(plainText(a), plainText(b), limits);
        }
        if (a instanceof List<?> left && b instanceof List<?> right && sameType(left, right) && !(a instanceof Range)) {
            limits.enterValue();
            int order = Integer.compare(left.size(), right.size());
            for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
                if (!isOrEquals(left.get(i), right.get(i), limits)) {
                    order = compare(left.get(i), right.get(i), limits);
                    break;
                }
            }
            limits.leave();
            return order;
        }
        throw new EvaluationException("can't compare " + typeName(a) + " with " + typeName(b));
    }

    private static int compareTexts(String a, String b, Limits limits) {
        limits.read(Math.min(a.length(), b.length()));
        int i = 0;
        while (i < a.length() && i < b.length()) {
            int left = a.codePointAt(i);
            int right = b.codePointAt(i);
            if (left != right) {
                return Integer.compare(left, right);
            }
            i += Character.charCount(left);
        }
        return Integer.compare(a.length(), b.length());
    }

    private static int compareNumbers(@Nullable Object a, @Nullable Object b) {
        if (isInteger(a) && isInteger(b)) {
            return Long.compare(toLong(a), toLong(b));
        }
        double x = toDouble(a);
        double y = toDouble(b);
        if (x == y && Math.abs(x) < 0x1p63 && x == Math.rint(x)) {
            // A long that a double can't hold is not equal to the double next to it.
            return Long.compare(a instanceof Double ? (long) x : toLong(a), b instanceof Double ? (long) y : toLong(b));
        }
        return x < y ? -1 : x == y ? 0 : 1; // 1 for NaN: not equal
    }

    static boolean contains(@Nullable Object container, @Nullable Object value, Limits limits) {
        if (isText(container) && isText(value)) {
            return TextSearch.indexOf(plainText(container), plainText(value), 0, limits) >= 0;
        }
        if (container instanceof List || container instanceof DictView) {
            boolean isKeys = container instanceof DictView view && view.type().equals("dict_keys");
            Object wanted = isKeys ? Keys.check(value) : value;
            for (Object element : iterate(container, limits)) {
                if (isOrEquals(element, wanted, limits)) {
                    return true;
                }
            }
            return false;
        }
        if (container instanceof Map<?, ?> map) {
            return map.containsKey(Keys.find(map, Keys.check(value)));
        }
        if (container instanceof Undefined) {
            return false;
        }
        if (container instanceof Iterator iterator) {
            while (iterator.hasNext()) {
                if (isOrEquals(iterator.next(), value, limits)) {
                    return true;
                }
            }
            return false;
        }
        throw new EvaluationException("can't look for " + typeName(value) + " in " + typeName(container));
    }

    /** Returns the elements of a list, the characters of a text or the keys of a dict. */
    static List<?> iterate(@Nullable Object value, Limits limits) {
        if (value instanceof List<?> list) {
            limits.steps(list.size());
            return list;
        }
        if (value instanceof Map<?, ?> map) {
            limits.makeList(map.size());
            return keys(map);
        }
        if (value instanceof Undefined) {
            return List.of();
        }
        if (isText(value)) {
            return characters(value, limits);
        }
        if (value instanceof DictView view) {
            limits.steps(view.elements().size());
            return view.elements();
        }
        if (value instanceof Iterator iterator) {
            return iterator.takeAll();
        }
        throw new EvaluationException("can't iterate over " + typeName(value));
    }

    /** Returns the keys of a dict. */
    static List<@Nullable Object> keys(Map<?, ?> map) {
        List<@Nullable Object> keys = new ArrayList<>(map.size());
        for (Object key : map.keySet()) {
            keys.add(InputMap.key(map, key));
        }
        return keys;
    }

    private static List<Object> characters(@Nullable Object value, Limits limits) {
        String text = plainText(value);
        limits.makeList(text.length());
        List<Object> characters = new ArrayList<>(text.length());
        for (int i = 0; i < text.length(); ) {
            int end = i + Character.charCount(text.codePointAt(i));
            characters.add(MarkedText.part(value, i, end));
            i = end;
        }
        return characters;
    }

    static boolean isNumber(@Nullable Object value) {
        return value instanceof Long || value instanceof Double || value instanceof Boolean;
    }

    static boolean isInteger(@Nullable Object value) {
        return value instanceof Long || value instanceof Boolean;
    }

    static boolean isNaN(@Nullable Object value) {
        return value instanceof Double number && number.isNaN();
    }

    static long toLong(@Nullable Object value) {
        return value instanceof Long number ? number : Boolean.TRUE.equals(value) ? 1 : 0;
    }

    static double toDouble(@Nullable Object value) {
        return value instanceof Double number ? number : toLong(value);
    }

    /** Returns an integer, for an argument that must be one. */
    static long integer(@Nullable Object value) {
        if (!isInteger(value)) {
            throw new EvaluationException("an integer is expected, not " + typeName(value));
        }
        return toLong(value);
    }

    static String typeName(@Nullable Object value) {
        if (value == null) {
            return "None";
        }
        if (value instanceof Undefined undefined) {
            return "undefined \"" + undefined.name() + "\"";
        }
        if (value instanceof Boolean) {
            return "bool";
        }
        if (value instanceof Long) {
            return "int";
        }
        if (value instanceof Double) {
            return "float";
        }
        if (value instanceof String || value instanceof MarkedText) {
            return "str";
        }
        if (value instanceof List) {
            return value instanceof Tuple ? "tuple" : value instanceof Range ? "range" : "list";
        }
        if (value instanceof Map) {
            return "dict";
        }
        if (value instanceof Markup) {
            return "Markup";
        }
        if (value instanceof DictView view) {
            return view.type();
        }
        return value instanceof Namespace ? "namespace" : value instanceof Iterator ? "generator" : "function";
    }
}
