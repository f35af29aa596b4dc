package dev.demitasse.chat;

import dev.demitasse.json.PythonFloat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Python's semantics for the values of a template: null (None), {@link Undefined}, Boolean, Long, Double, String, List,
 * Map, {@link Interpreter.Function}.
 */
final class Values {
    /** What a missing variable or key is: empty and false, but no attribute of it can be taken. */
    record Undefined(String name) {}

    /** Python's TypeError and its kin; the interpreter adds the line. */
    static final class Failure extends Exception {
        private static final long serialVersionUID = 1L;

        Failure(String message) {
            super(message);
        }
    }

    private static final int MAX_LENGTH = 1 << 24;

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

    /** Python's {@code str(value)}. */
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
            return bothWhole(a, b) ? whole(a) == whole(b) : real(a) == real(b);
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
            return left.size() == right.size() && holdsAll(left, right);
        }
        return a == null ? b == null : a.equals(b);
    }

    private static boolean holdsAll(Map<?, ?> map, Map<?, ?> entries) {
        for (Map.Entry<?, ?> entry : entries.entrySet()) {
            if (!map.containsKey(entry.getKey()) || !equal(map.get(entry.getKey()), entry.getValue())) {
                return false;
            }
        }
        return true;
    }

    /** Less than 0, 0 or more, as Python orders numbers, strings and lists. */
    static int compare(@Nullable Object a, @Nullable Object b) throws Failure {
        if (isNumber(a) && isNumber(b)) {
            return bothWhole(a, b) ? Long.compare(whole(a), whole(b)) : Double.compare(real(a), real(b));
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
        throw new Failure("can't compare " + typeName(a) + " with " + typeName(b));
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

    static boolean contains(@Nullable Object container, @Nullable Object value) throws Failure {
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
        throw new Failure("can't look for " + typeName(value) + " in " + typeName(container));
    }

    static @Nullable Object arithmetic(String operator, @Nullable Object a, @Nullable Object b) throws Failure {
        if (operator.equals("~")) {
            return concatenate(text(a), text(b));
        }
        if (operator.equals("+") && a instanceof String left && b instanceof String right) {
            return concatenate(left, right);
        }
        if (operator.equals("+")
                && a instanceof List<?> left
                && b instanceof List<?> right
                && left instanceof Tuple == right instanceof Tuple) {
            List<@Nullable Object> sum = new ArrayList<>(left);
            sum.addAll(right);
            checkLength(sum.size());
            return left instanceof Tuple ? new Tuple(sum) : sum;
        }
        if (operator.equals("*") && a instanceof String left && isWhole(b)) {
            return repeat(left, whole(b));
        }
        if (operator.equals("*") && isWhole(a) && b instanceof String right) {
            return repeat(right, whole(a));
        }
        if (!isNumber(a) || !isNumber(b)) {
            throw new Failure("can't compute " + typeName(a) + " " + operator + " " + typeName(b));
        }
        try {
            return bothWhole(a, b) && !operator.equals("/")
                    ? whole(operator, whole(a), whole(b))
                    : real(operator, real(a), real(b));
        } catch (ArithmeticException e) {
            throw new Failure("arithmetic overflow or division by zero in " + operator);
        }
    }

    private static Object whole(String operator, long a, long b) throws Failure {
        return switch (operator) {
            case "+" -> Math.addExact(a, b);
            case "-" -> Math.subtractExact(a, b);
            case "*" -> Math.multiplyExact(a, b);
            case "//" -> Math.floorDiv(a, b);
            case "%" -> Math.floorMod(a, b);
            case "**" -> b < 0 ? (Object) Math.pow(a, b) : (Object) power(a, b);
            default -> throw new Failure("unknown operator " + operator);
        };
    }

    private static long power(long base, long exponent) {
        long result = 1;
        for (long i = 0; i < exponent && result != 0 && (i < 64 || Math.abs(base) > 1); i++) {
            result = Math.multiplyExact(result, base);
        }
        return base == -1 && exponent % 2 == 0 ? 1 : result;
    }

    private static Object real(String operator, double a, double b) throws Failure {
        if (b == 0 && !"+-*".contains(operator) && !operator.equals("**")) {
            throw new ArithmeticException();
        }
        return switch (operator) {
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            case "/" -> a / b;
            case "//" -> Math.floor(a / b);
            case "%" -> a - Math.floor(a / b) * b;
            case "**" -> Math.pow(a, b);
            default -> throw new Failure("unknown operator " + operator);
        };
    }

    private static String concatenate(String a, String b) throws Failure {
        checkLength((long) a.length() + b.length());
        return a + b;
    }

    private static String repeat(String text, long times) throws Failure {
        long count = Math.max(0, times);
        checkLength(count > MAX_LENGTH ? count : text.length() * count);
        return text.repeat((int) count);
    }

    static void checkLength(long length) throws Failure {
        if (length > MAX_LENGTH) {
            throw new Failure("a text or list would be longer than " + MAX_LENGTH);
        }
    }

    static boolean isNumber(@Nullable Object value) {
        return value instanceof Long || value instanceof Double || value instanceof Boolean;
    }

    static boolean isWhole(@Nullable Object value) {
        return value instanceof Long || value instanceof Boolean;
    }

    private static boolean bothWhole(@Nullable Object a, @Nullable Object b) {
        return isWhole(a) && isWhole(b);
    }

    static long whole(@Nullable Object value) {
        return value instanceof Long number ? number : Boolean.TRUE.equals(value) ? 1 : 0;
    }

    static double real(@Nullable Object value) {
        return value instanceof Double number ? number : whole(value);
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
}
