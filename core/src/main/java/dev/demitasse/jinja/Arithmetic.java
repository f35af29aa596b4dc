package dev.demitasse.jinja;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's operators on numbers, texts and lists. Integers have 64 bits; a larger result is an error. */
final class Arithmetic {
    private Arithmetic() {}

    /** Applies a binary operator. */
    static Object apply(String operator, @Nullable Object a, @Nullable Object b, Limits limits) {
        if (Values.isNumber(a) && Values.isNumber(b)) {
            return numbers(operator, a, b);
        }
        if (operator.equals("+")) {
            if (Values.isText(a) && Values.isText(b)) {
                return concatenate(a, b, limits);
            }
            if (a instanceof List<?> left && b instanceof List<?> right && isAddable(left, right)) {
                limits.makeList((long) left.size() + right.size());
                List<@Nullable Object> sum = new ArrayList<>(left);
                sum.addAll(right);
                return left instanceof Tuple ? new Tuple(sum) : sum;
            }
        }
        if (operator.equals("*") && Values.isInteger(b)) {
            return repeat(a, Values.toLong(b), limits);
        }
        if (operator.equals("*") && Values.isInteger(a)) {
            return repeat(b, Values.toLong(a), limits);
        }
        if (operator.equals("%") && Values.isText(a) && !(a instanceof Markup || b instanceof Markup)) {
            return PercentFormat.format(a, b, limits);
        }
        throw notComputable(operator, a, b);
    }

    private static EvaluationException notComputable(String operator, @Nullable Object a, @Nullable Object b) {
        return new EvaluationException(
                "can't compute " + Values.typeName(a) + " " + operator + " " + Values.typeName(b));
    }

    private static boolean isAddable(List<?> a, List<?> b) {
        return Values.sameType(a, b) && !(a instanceof Range);
    }

    /** Applies {@code +} or {@code -} to one value. */
    static Object sign(String operator, @Nullable Object value) {
        if (!Values.isNumber(value)) {
            throw new EvaluationException("can't compute " + operator + Values.typeName(value));
        }
        if (value instanceof Double number) {
            return operator.equals("-") ? -number : number;
        }
        return operator.equals("-") ? numbers("-", 0L, value) : Values.toLong(value);
    }

    private static Object numbers(String operator, @Nullable Object a, @Nullable Object b) {
        try {
            return Values.isInteger(a) && Values.isInteger(b)
                    ? integers(operator, Values.toLong(a), Values.toLong(b))
                    : doubles(operator, Values.toDouble(a), Values.toDouble(b));
        } catch (ArithmeticException e) {
            throw new EvaluationException("arithmetic overflow or division by zero in " + operator);
        }
    }

    private static Object integers(String operator, long a, long b) {
        if (b == 0 && (operator.equals("//") || operator.equals("%"))) {
            throw new ArithmeticException(); // TeaVM does not check divisors: a division by zero ends the WebAssembly
            // module
        }
        return switch (operator) {
            case "+" -> Math.addExact(a, b);
            case "-" -> Math.subtractExact(a, b);
            case "*" -> Math.multiplyExact(a, b);
            case "/" -> doubles(operator, exactDouble(a), exactDouble(b));
            case "//" -> {
                if (a == Long.MIN_VALUE && b == -1) {
                    throw new ArithmeticException();
                }
                yield Math.floorDiv(a, b);
            }
            case "%" -> Math.floorMod(a, b);
            default -> b < 0 ? (Object) doubles(operator, a, b) : (Object) power(a, b);
        };
    }

    private static double exactDouble(long number) {
        if (number > 1L << 53 || number < -(1L << 53)) {
            throw new ArithmeticException();
        }
        return number;
    }

    private static long power(long base, long exponent) {
        if (base == 1 || base == 0 || base == -1) {
            return exponent == 0 || exponent % 2 == 0 && base == -1 ? 1 : base;
        }
        long result = 1;
        for (long i = 0; i < exponent; i++) {
            result = Math.multiplyExact(result, base); // fails after 63 steps
        }
        return result;
    }

    private static double doubles(String operator, double a, double b) {
        switch (operator) {
            case "+":
                return a + b;
            case "-":
                return a - b;
            case "*":
                return a * b;
            case "**":
                double power = Math.pow(a, b);
                boolean isFinite =
                        !Double.isInfinite(a) && !Double.isInfinite(b) && !Double.isNaN(a) && !Double.isNaN(b);
                if (isFinite && (Double.isNaN(power) || Double.isInfinite(power))) {
                    throw new ArithmeticException();
                }
                return a == 1 || b == 0 ? 1 : power; // also for NaN
            default:
                if (b == 0) {
                    throw new ArithmeticException();
                }
        }
        double remainder = a % b;
        if (operator.equals("/")) {
            return a / b;
        }
        double quotient = (a - remainder) / b;
        if (remainder == 0) {
            remainder = Math.copySign(0, b);
        } else if (remainder < 0 != b < 0) {
            remainder += b;
            quotient -= 1;
        }
        if (operator.equals("%")) {
            return remainder;
        }
        if (quotient == 0) {
            return Math.copySign(0, a / b);
        }
        double floor = Math.floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static Object concatenate(@Nullable Object a, @Nullable Object b, Limits limits) {
        boolean isMarkup = a instanceof Markup || b instanceof Markup;
        Object left = isMarkup ? Markup.escape(a, limits) : a;
        Object right = isMarkup ? Markup.escape(b, limits) : b;
        limits.makeText(
                (long) Values.plainText(left).length() + Values.plainText(right).length());
        Object both = new TextBuilder().append(left).append(right).toValue();
        return isMarkup ? Markup.of(both) : both;
    }

    private static Object repeat(@Nullable Object value, long times, Limits limits) {
        long count = Math.max(0, times);
        if (Values.isText(value)) {
            String text = Values.plainText(value);
            count = text.isEmpty() ? 0 : count;
            limits.makeText(count > Limits.MAX_LENGTH ? count : text.length() * count);
            String repeated = text.repeat((int) count);
            Object marked = MarkedText.mayBeInput(value) ? MarkedText.input(repeated) : repeated;
            return value instanceof Markup ? Markup.of(marked) : marked;
        }
        if (value instanceof List<?> list && !(value instanceof Range)) {
            count = list.isEmpty() ? 0 : count;
            limits.makeList(count > Limits.MAX_LENGTH ? count : list.size() * count);
            List<@Nullable Object> repeated = new ArrayList<>();
            for (long i = 0; i < count; i++) {
                repeated.addAll(list);
            }
            return value instanceof Tuple ? new Tuple(repeated) : repeated;
        }
        throw notComputable("*", value, times);
    }
}
