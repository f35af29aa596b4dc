package dev.demitasse.json;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Formats floats as Python does: the form in chat templates and {@code json.dumps} that models have seen in training. */
public final class PythonFloat {
    private static final int MAX_DIGITS = 17;

    private PythonFloat() {}

    /** Returns the shortest digits that give the value. Before Java 19, {@code Double.toString} can give one more (JDK-4511638). */
    private static String shortest(double value) {
        String java = Double.toString(value);
        int e = java.indexOf('E');
        int digits = (e < 0 ? java.length() : e) - 1;
        if (digits < MAX_DIGITS - 1 && value >= Double.MIN_NORMAL || value == 0) {
            return java;
        }
        BigDecimal exact = new BigDecimal(value);
        for (int count = Math.max(1, digits - 2); count <= MAX_DIGITS; count++) {
            BigDecimal rounded = exact.round(new MathContext(count, RoundingMode.HALF_EVEN));
            String text = rounded.unscaledValue() + "E" + -rounded.scale();
            if (Double.parseDouble(text) == value) {
                String unscaled = rounded.unscaledValue().toString();
                int exponent = unscaled.length() - 1 - rounded.scale();
                return unscaled.charAt(0) + "." + unscaled.substring(1) + "E" + exponent;
            }
        }
        return java;
    }

    /** Returns Python's {@code repr}: plain from 1e-4 to 1e16, otherwise with an exponent of at least two digits. */
    public static String repr(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        String java = shortest(Math.abs(value));
        String sign = value < 0 || (value == 0 && 1 / value < 0) ? "-" : "";
        int e = java.indexOf('E');
        int exponent = e < 0 ? 0 : Integer.parseInt(java.substring(e + 1));
        String mantissa = e < 0 ? java : java.substring(0, e);
        int point = mantissa.indexOf('.');
        String digits = mantissa.substring(0, point) + mantissa.substring(point + 1);
        exponent += point - 1; // of the first digit
        int first = 0;
        while (first < digits.length() - 1 && digits.charAt(first) == '0') {
            first++;
        }
        exponent -= first;
        int last = digits.length();
        while (last > first + 1 && digits.charAt(last - 1) == '0') {
            last--;
        }
        digits = digits.substring(first, last);
        if (digits.equals("0")) {
            return sign + "0.0";
        }
        if (exponent < -4 || exponent >= 16) {
            String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
            String size = Math.abs(exponent) < 10 ? "0" + Math.abs(exponent) : "" + Math.abs(exponent);
            return sign + digits.charAt(0) + fraction + "e" + (exponent < 0 ? "-" : "+") + size;
        }
        if (exponent < 0) {
            return sign + "0." + "0".repeat(-exponent - 1) + digits;
        }
        if (digits.length() <= exponent + 1) {
            return sign + digits + "0".repeat(exponent + 1 - digits.length()) + ".0";
        }
        return sign + digits.substring(0, exponent + 1) + "." + digits.substring(exponent + 1);
    }
}
