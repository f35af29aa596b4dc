package dev.demitasse.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/** Jinja's filters on numbers, and Python's conversions to numbers. */
final class NumberFilters {
    private static final int MAX_PRECISION = 15;

    private NumberFilters() {}

    static Object abs(@Nullable Object value, Arguments arguments) {
        arguments.bind(0);
        if (value instanceof Double number) {
            return Math.abs(number);
        }
        Object number = Arithmetic.sign("+", value);
        return Values.toLong(number) < 0 ? Arithmetic.sign("-", number) : number;
    }

    static @Nullable Object toInt(@Nullable Object value, Arguments arguments, Limits limits) {
        Arguments.Bound bound = arguments.bind(0, "default", "base");
        if (value instanceof Undefined undefined) {
            throw new EvaluationException("\"" + undefined.name() + "\" is undefined");
        }
        if (Values.isInteger(value)) {
            return Values.toLong(value);
        }
        if (Values.isText(value)) {
            String text = Values.plainText(value);
            limits.read(text.length());
            boolean hasBase = bound.get(1, 10L) instanceof Long || bound.get(1) instanceof Boolean;
            Object integer = hasBase ? parseInteger(text, bound.integer(1, 10)) : null;
            if (integer != null) {
                return integer;
            }
            Double number = parseFloat(text);
            if (number == null || number.isNaN() || number.isInfinite()) {
                return bound.get(0, 0L);
            }
            return truncate(number);
        }
        return value instanceof Double number && !number.isNaN() ? (Object) truncate(number) : bound.get(0, 0L);
    }

    /** Returns the integer part of a number. */
    static long truncate(double number) {
        if (!(Math.abs(number) < 0x1p63)) {
            throw new EvaluationException("integer overflow");
        }
        return (long) number;
    }

    /** Returns Python's {@code int(text, base)}, or null where that fails. */
    private static @Nullable Long parseInteger(String text, long base) {
        String digits = Values.plainText(TextSplit.strip(text, null, true, true, new Limits()));
        boolean isNegative = digits.startsWith("-");
        digits = isNegative || digits.startsWith("+") ? digits.substring(1) : digits;
        String prefix = digits.length() > 1 && digits.charAt(0) == '0' ? LetterCase.lower(digits.substring(0, 2)) : "";
        long prefixBase = prefix.equals("0x") ? 16 : prefix.equals("0o") ? 8 : prefix.equals("0b") ? 2 : 10;
        if (base != 0 && (base < 2 || base > 36)) {
            return null;
        }
        int radix = (int) (base == 0 ? prefixBase : base);
        if (prefixBase != 10 && prefixBase == radix) {
            digits = digits.substring(2);
            digits = digits.startsWith("_") ? digits.substring(1) : digits;
        }
        digits = withoutUnderscores(digits);
        if (digits == null || digits.isEmpty()) {
            return null;
        }
        boolean isZero = true;
        for (int i = 0; i < digits.length(); i++) {
            if (Character.digit(digits.charAt(i), radix) < 0) {
                return null;
            }
            isZero &= digits.charAt(i) == '0';
        }
        if (base == 0 && prefixBase == 10 && digits.charAt(0) == '0' && !isZero) {
            return null;
        }
        try {
            return Long.parseLong(isNegative ? "-" + digits : digits, radix);
        } catch (NumberFormatException e) {
            throw new EvaluationException("integer overflow");
        }
    }

    /** Removes underscores, which must be between two digits. Returns null if they are not. */
    private static @Nullable String withoutUnderscores(String digits) {
        boolean isValid = !digits.startsWith("_") && !digits.endsWith("_") && !digits.contains("__");
        return isValid ? digits.replace("_", "") : null;
    }

    static @Nullable Object toFloat(@Nullable Object value, Arguments arguments) {
        Arguments.Bound bound = arguments.bind(0, "default");
        if (value instanceof Undefined undefined) {
            throw new EvaluationException("\"" + undefined.name() + "\" is undefined");
        }
        if (Values.isNumber(value)) {
            return Values.toDouble(value);
        }
        Double number = Values.isText(value) ? parseFloat(Values.plainText(value)) : null;
        return number != null ? number : bound.get(0, 0.0);
    }

    /** Returns Python's {@code float(text)}, or null where that fails. */
    static @Nullable Double parseFloat(String text) {
        String number =
                LetterCase.lower(Values.plainText(TextSplit.strip(asciiDigits(text), null, true, true, new Limits())));
        String unsigned = number.startsWith("-") || number.startsWith("+") ? number.substring(1) : number;
        double sign = number.startsWith("-") ? -1 : 1;
        switch (unsigned) {
            case "inf", "infinity":
                return sign * Double.POSITIVE_INFINITY;
            case "nan":
                return Double.NaN;
            default:
                return isDecimal(unsigned) ? (Double) (sign * Double.parseDouble(unsigned.replace("_", ""))) : null;
        }
    }

    /** Replaces the decimal digits of other scripts. */
    private static String asciiDigits(String text) {
        StringBuilder out = new StringBuilder(text);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80 && Characters.isDecimal(c)) {
                out.setCharAt(i, Character.forDigit(Character.digit(c, 10), 10));
            }
        }
        return out.toString();
    }

    /** Checks for digits, a point and an exponent, where underscores are between digits. */
    private static boolean isDecimal(String number) {
        int e = number.indexOf('e');
        String mantissa = e < 0 ? number : number.substring(0, e);
        if (e >= 0) {
            String exponent = number.substring(e + 1);
            boolean hasSign = exponent.startsWith("-") || exponent.startsWith("+");
            if (!isDigits(hasSign ? exponent.substring(1) : exponent)) {
                return false;
            }
        }
        int point = mantissa.indexOf('.');
        String whole = point < 0 ? mantissa : mantissa.substring(0, point);
        String fraction = point < 0 ? "" : mantissa.substring(point + 1);
        boolean hasDigits = !whole.isEmpty() || !fraction.isEmpty();
        return hasDigits && (whole.isEmpty() || isDigits(whole)) && (fraction.isEmpty() || isDigits(fraction));
    }

    private static boolean isDigits(String text) {
        String digits = withoutUnderscores(text);
        if (digits == null || digits.isEmpty()) {
            return false;
        }
        for (int i = 0; i < digits.length(); i++) {
            if (digits.charAt(i) < '0' || digits.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    static Object round(@Nullable Object value, Arguments arguments) {
        Arguments.Bound bound = arguments.bind(0, "precision", "method");
        long precision = bound.integer(0, 0);
        String method = Values.plainText(bound.get(1, "common"));
        if (!Values.isNumber(value) || Math.abs(precision) > MAX_PRECISION) {
            throw new EvaluationException("can't round " + Values.typeName(value) + " to " + precision + " digits");
        }
        switch (method) {
            case "common":
                return roundHalfEven(value, (int) precision);
            case "ceil", "floor":
                double factor = Math.pow(10, precision);
                double scaled = Values.toDouble(value) * factor;
                if (Double.isNaN(scaled) || Double.isInfinite(scaled)) {
                    throw new EvaluationException("can't round " + Repr.of(value, new Limits()));
                }
                // Python's math.ceil returns an integer, which has no -0.
                return ((method.equals("ceil") ? Math.ceil(scaled) : Math.floor(scaled)) + 0.0) / factor;
            default:
                throw new EvaluationException("round by \"" + method + "\"; it must be common, ceil or floor");
        }
    }

    private static Object roundHalfEven(@Nullable Object value, int precision) {
        if (value instanceof Double number) {
            if (number.isNaN() || number.isInfinite()) {
                return number;
            }
            double rounded = new BigDecimal(number)
                    .setScale(precision, RoundingMode.HALF_EVEN)
                    .doubleValue();
            if (Double.isInfinite(rounded)) {
                throw new EvaluationException("can't round " + number + ": the result is too large");
            }
            return Math.copySign(rounded, number);
        }
        BigDecimal rounded =
                new BigDecimal(Values.toLong(value)).setScale(Math.min(0, precision), RoundingMode.HALF_EVEN);
        if (rounded.compareTo(new BigDecimal(Long.MAX_VALUE)) > 0
                || rounded.compareTo(new BigDecimal(Long.MIN_VALUE)) < 0) {
            throw new EvaluationException("integer overflow");
        }
        return rounded.longValue();
    }

    static String fileSize(@Nullable Object value, Arguments arguments) {
        boolean isBinary = arguments.bind(0, "binary").isTrue(0);
        Double number = Values.isNumber(value)
                ? (Double) Values.toDouble(value)
                : Values.isText(value) ? parseFloat(Values.plainText(value)) : null;
        if (number == null || number.isNaN() || number.isInfinite()) {
            throw new EvaluationException("filesizeformat needs a number");
        }
        int base = isBinary ? 1024 : 1000;
        if (number == 1) {
            return "1 Byte";
        }
        if (number < base) {
            return truncate(number) + " Bytes";
        }
        double unit = base;
        String prefixes = "kMGTPEZY";
        for (int i = 0; ; i++) {
            unit *= base;
            if (number < unit || i == prefixes.length() - 1) {
                String prefix =
                        isBinary ? LetterCase.upper(prefixes.substring(i, i + 1)) + "i" : prefixes.substring(i, i + 1);
                double shown = base * number / unit;
                return (shown < 0 ? "-" : "") + FloatFormat.format(shown, 'f', 1, false) + " " + prefix + "B";
            }
        }
    }
}
