package dev.demitasse.jinja;

import dev.demitasse.json.PythonFloat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Python's semantics for the values of a template: null (None), {@link Undefined}, Boolean, Long, Double, String, List,
 * {@link Tuple}, Map, {@link Namespace} and {@link Function}.
 */
final class Values {
    static final int MAX_LENGTH = 1 << 24;

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
        if (value instanceof String text) {
            return !text.isEmpty();
        }
        if (value instanceof List<?> list) {
            return !list.isEmpty();
        }
        return !(value instanceof Map<?, ?> map) || !map.isEmpty();
    }

    /** Returns Python's {@code str(value)}. */
    static String text(@Nullable Object value) {
        if (value instanceof String text) {
            return text;
        }
        if (value instanceof Undefined) {
            return "";
        }
        StringBuilder out = new StringBuilder();
        repr(value, out);
        return out.toString();
    }

    /** Appends Python's {@code repr(value)}. */
    static void repr(@Nullable Object value, StringBuilder out) {
        if (value == null) {
            out.append("None");
        } else if (value instanceof Boolean bool) {
            out.append(bool ? "True" : "False");
        } else if (value instanceof Double number) {
            out.append(PythonFloat.repr(number));
        } else if (value instanceof String text) {
            quote(text, out);
        } else if (value instanceof List<?> list) {
            boolean tuple = list instanceof Tuple;
            out.append(tuple ? '(' : '[');
            String separator = "";
            for (Object element : list) {
                out.append(separator);
                repr(element, out);
                separator = ", ";
            }
            out.append(!tuple ? "]" : list.size() == 1 ? ",)" : ")");
        } else if (value instanceof Map<?, ?> map) {
            out.append('{');
            String separator = "";
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.append(separator);
                repr(entry.getKey(), out);
                out.append(": ");
                repr(entry.getValue(), out);
                separator = ", ";
            }
            out.append('}');
        } else {
            out.append(value instanceof Undefined ? "Undefined" : value);
        }
    }

    private static void quote(String text, StringBuilder out) {
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        out.append(quote);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\\' -> out.append("\\\\");
                default -> {
                    if (c == quote) {
                        out.append('\\').append(c);
                    } else if (c < 0x20 || c == 0x7F) {
                        out.append("\\x").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append(quote);
    }

    static boolean equal(@Nullable Object a, @Nullable Object b) {
        if (a instanceof Undefined && b instanceof Undefined) {
            return true;
        }
        if (isNumber(a) && isNumber(b)) {
            return bothIntegers(a, b) ? toLong(a) == toLong(b) : toDouble(a) == toDouble(b);
        }
        if (a instanceof List<?> left && b instanceof List<?> right) {
            if (left.size() != right.size() || left instanceof Tuple != right instanceof Tuple) {
                return false;
            }
            for (int i = 0; i < left.size(); i++) {
                if (!equal(left.get(i), right.get(i))) {
                    return false;
                }
            }
            return true;
        }
        if (a instanceof Map<?, ?> left && b instanceof Map<?, ?> right) {
            return left.size() == right.size() && containsEntries(left, right);
        }
        return a == null ? b == null : a.equals(b);
    }

    private static boolean containsEntries(Map<?, ?> map, Map<?, ?> entries) {
        for (Map.Entry<?, ?> entry : entries.entrySet()) {
            if (!map.containsKey(entry.getKey()) || !equal(map.get(entry.getKey()), entry.getValue())) {
                return false;
            }
        }
        return true;
    }

    /** Returns a negative number, 0 or a positive number, as Python orders numbers, strings and lists. */
    static int compare(@Nullable Object a, @Nullable Object b) throws EvaluationException {
        if (isNumber(a) && isNumber(b)) {
            return bothIntegers(a, b) ? Long.compare(toLong(a), toLong(b)) : Double.compare(toDouble(a), toDouble(b));
        }
        if (a instanceof String left && b instanceof String right) {
            return compareCodePoints(left, right);
        }
        if (a instanceof List<?> left && b instanceof List<?> right) {
            for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
                int order = compare(left.get(i), right.get(i));
                if (order != 0) {
                    return order;
                }
            }
            return Integer.compare(left.size(), right.size());
        }
        throw new EvaluationException("can't compare " + typeName(a) + " with " + typeName(b));
    }

    private static int compareCodePoints(String a, String b) {
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

    static boolean contains(@Nullable Object container, @Nullable Object value) throws EvaluationException {
        if (container instanceof String text && value instanceof String part) {
            return text.contains(part);
        }
        if (container instanceof List<?> list) {
            for (Object element : list) {
                if (equal(element, value)) {
                    return true;
                }
            }
            return false;
        }
        if (container instanceof Map<?, ?> map) {
            return map.containsKey(value);
        }
        if (container instanceof Undefined) {
            return false;
        }
        throw new EvaluationException("can't look for " + typeName(value) + " in " + typeName(container));
    }

    static void checkLength(long length) throws EvaluationException {
        if (length > MAX_LENGTH) {
            throw new EvaluationException("a text or list would be longer than " + MAX_LENGTH);
        }
    }

    static boolean isNumber(@Nullable Object value) {
        return value instanceof Long || value instanceof Double || value instanceof Boolean;
    }

    static boolean isInteger(@Nullable Object value) {
        return value instanceof Long || value instanceof Boolean;
    }

    static boolean bothIntegers(@Nullable Object a, @Nullable Object b) {
        return isInteger(a) && isInteger(b);
    }

    static long toLong(@Nullable Object value) {
        return value instanceof Long number ? number : Boolean.TRUE.equals(value) ? 1 : 0;
    }

    static double toDouble(@Nullable Object value) {
        return value instanceof Double number ? number : toLong(value);
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
        if (value instanceof String) {
            return "str";
        }
        if (value instanceof List) {
            return value instanceof Tuple ? "tuple" : "list";
        }
        return value instanceof Map ? "dict" : "function";
    }

    static String string(@Nullable Object value) throws EvaluationException {
        if (value instanceof String text) {
            return text;
        }
        throw new EvaluationException("a text is expected, not " + typeName(value));
    }
}
