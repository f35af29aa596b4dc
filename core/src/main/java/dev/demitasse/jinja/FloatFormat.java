package dev.demitasse.jinja;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Formats floats as C's {@code printf} does: correctly rounded, ties to even. */
final class FloatFormat {
    /** Limit of the digits after the point. */
    private static final int MAX_PRECISION = 400;

    private FloatFormat() {}

    /**
     * Formats the magnitude of a number.
     *
     * @param type {@code e}, {@code f} or {@code g}, or one of these in upper case
     * @param alternate whether there is always a point, and {@code g} keeps zeros at the end
     */
    static String format(double number, char type, int precision, boolean alternate) {
        if (precision > MAX_PRECISION) {
            throw new EvaluationException("a precision above " + MAX_PRECISION + " is not supported");
        }
        double magnitude = Math.abs(number);
        boolean upper = Character.isUpperCase(type);
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            String name = Double.isNaN(number) ? "nan" : "inf";
            return upper ? LetterCase.upper(name) : name;
        }
        String text =
                switch (Character.toLowerCase(type)) {
                    case 'f' -> fixed(magnitude, precision);
                    case 'e' -> exponential(magnitude, precision);
                    default -> general(magnitude, Math.max(1, precision), alternate);
                };
        if (alternate && text.indexOf('.') < 0) {
            int e = text.indexOf('e');
            text = e < 0 ? text + "." : text.substring(0, e) + "." + text.substring(e);
        }
        return upper ? LetterCase.upper(text) : text;
    }

    private static String fixed(double number, int precision) {
        return new BigDecimal(number)
                .setScale(precision, RoundingMode.HALF_EVEN)
                .toPlainString();
    }

    private static String exponential(double number, int precision) {
        int exponent = 0;
        String digits = "0".repeat(precision + 1);
        if (number != 0) {
            BigDecimal rounded = new BigDecimal(number).round(new MathContext(precision + 1, RoundingMode.HALF_EVEN));
            digits = rounded.unscaledValue().toString();
            exponent = digits.length() - 1 - rounded.scale();
            digits = (digits + "0".repeat(precision + 1)).substring(0, precision + 1);
        }
        String size = Math.abs(exponent) < 10 ? "0" + Math.abs(exponent) : "" + Math.abs(exponent);
        String fraction = precision > 0 ? "." + digits.substring(1) : "";
        return digits.charAt(0) + fraction + "e" + (exponent < 0 ? "-" : "+") + size;
    }

    private static String general(double number, int precision, boolean alternate) {
        String text = exponential(number, precision - 1);
        int e = text.indexOf('e');
        int exponent = Integer.parseInt(text.substring(text.charAt(e + 1) == '+' ? e + 2 : e + 1));
        if (exponent >= -4 && exponent < precision) {
            String fixed = fixed(number, precision - 1 - exponent);
            return alternate ? fixed : withoutZeros(fixed);
        }
        return (alternate ? text.substring(0, e) : withoutZeros(text.substring(0, e))) + text.substring(e);
    }

    private static String withoutZeros(String number) {
        if (number.indexOf('.') < 0) {
            return number;
        }
        int end = number.length();
        while (number.charAt(end - 1) == '0') {
            end--;
        }
        return number.substring(0, number.charAt(end - 1) == '.' ? end - 1 : end);
    }
}
