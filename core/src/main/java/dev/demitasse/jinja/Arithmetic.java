package dev.demitasse.jinja;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's binary operators on numbers, texts and lists, and Jinja's {@code ~}. */
final class Arithmetic {
    private Arithmetic() {}

    static @Nullable Object apply(String operator, @Nullable Object a, @Nullable Object b) throws EvaluationException {
        if (operator.equals("~")) {
            return concatenate(Values.text(a), Values.text(b));
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
            Values.checkLength(sum.size());
            return left instanceof Tuple ? new Tuple(sum) : sum;
        }
        if (operator.equals("*") && a instanceof String left && Values.isInteger(b)) {
            return repeat(left, Values.toLong(b));
        }
        if (operator.equals("*") && Values.isInteger(a) && b instanceof String right) {
            return repeat(right, Values.toLong(a));
        }
        if (!Values.isNumber(a) || !Values.isNumber(b)) {
            throw new EvaluationException(
                    "can't compute " + Values.typeName(a) + " " + operator + " " + Values.typeName(b));
        }
        try {
            return Values.bothIntegers(a, b) && !operator.equals("/")
                    ? integers(operator, Values.toLong(a), Values.toLong(b))
                    : doubles(operator, Values.toDouble(a), Values.toDouble(b));
        } catch (ArithmeticException e) {
            throw new EvaluationException("arithmetic overflow or division by zero in " + operator);
        }
    }

    private static Object integers(String operator, long a, long b) throws EvaluationException {
        return switch (operator) {
            case "+" -> Math.addExact(a, b);
            case "-" -> Math.subtractExact(a, b);
            case "*" -> Math.multiplyExact(a, b);
            case "//" -> Math.floorDiv(a, b);
            case "%" -> Math.floorMod(a, b);
            case "**" -> b < 0 ? (Object) Math.pow(a, b) : (Object) power(a, b);
            default -> throw new EvaluationException("unknown operator " + operator);
        };
    }

    private static long power(long base, long exponent) {
        long result = 1;
        for (long i = 0; i < exponent && result != 0 && (i < 64 || Math.abs(base) > 1); i++) {
            result = Math.multiplyExact(result, base);
        }
        return base == -1 && exponent % 2 == 0 ? 1 : result;
    }

    private static Object doubles(String operator, double a, double b) throws EvaluationException {
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
            default -> throw new EvaluationException("unknown operator " + operator);
        };
    }

    private static String concatenate(String a, String b) throws EvaluationException {
        Values.checkLength((long) a.length() + b.length());
        return a + b;
    }

    private static String repeat(String text, long times) throws EvaluationException {
        long count = Math.max(0, times);
        Values.checkLength(count > Values.MAX_LENGTH ? count : text.length() * count);
        return text.repeat((int) count);
    }
}
