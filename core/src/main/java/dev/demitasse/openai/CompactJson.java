package dev.demitasse.openai;

import dev.demitasse.json.JsonWriter;
import dev.demitasse.json.PythonFloat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes JSON as JavaScript's {@code JSON.stringify} does: without white space, and with JavaScript's form of numbers. */
final class CompactJson {
    /** Exponents of the first digit from and up to which JavaScript writes numbers without an exponent. */
    private static final int MIN_PLAIN_EXPONENT = -6;

    private static final int MAX_PLAIN_EXPONENT = 20;

    private CompactJson() {}

    /**
     * Returns a value as JSON text.
     *
     * @param value a {@link JsonObject}, a list or a value that {@link JsonWriter} supports
     */
    static String write(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(@Nullable Object value, StringBuilder out) {
        if (value instanceof JsonObject object) {
            object(object.fields(), out);
        } else if (value instanceof Map<?, ?> map) {
            object(map, out);
        } else if (value instanceof List<?> list) {
            out.append('[');
            for (int i = 0; i < list.size(); i++) {
                out.append(i > 0 ? "," : "");
                write(list.get(i), out);
            }
            out.append(']');
        } else if (value instanceof Double number) {
            number(number, out);
        } else {
            out.append(JsonWriter.write(value, -1));
        }
    }

    private static void object(Map<?, ?> fields, StringBuilder out) {
        String separator = "";
        out.append('{');
        for (Map.Entry<?, ?> field : fields.entrySet()) {
            out.append(separator).append(JsonWriter.write(field.getKey(), -1)).append(':');
            write(field.getValue(), out);
            separator = ",";
        }
        out.append('}');
    }

    /** Appends a number as {@code Number.prototype.toString} forms it (ECMA-262, 6.1.6.1.20). */
    private static void number(double value, StringBuilder out) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            out.append("null");
            return;
        }
        if (value == 0) {
            out.append('0'); // also for -0
            return;
        }
        String repr = PythonFloat.repr(Math.abs(value));
        int e = repr.indexOf('e');
        String mantissa = e < 0 ? repr : repr.substring(0, e);
        int point = mantissa.indexOf('.');
        int whole = point < 0 ? mantissa.length() : point;
        String digits = mantissa.substring(0, whole) + mantissa.substring(Math.min(whole + 1, mantissa.length()));
        int first = 0;
        while (digits.charAt(first) == '0') {
            first++;
        }
        int end = digits.length();
        while (digits.charAt(end - 1) == '0') {
            end--;
        }
        // digits[first] is worth 10^exponent
        int exponent = (e < 0 ? 0 : Integer.parseInt(repr.substring(e + 1))) + whole - 1 - first;
        if (value < 0) {
            out.append('-');
        }
        number(digits.substring(first, end), exponent, out);
    }

    /** Appends the number {@code d.ddd × 10^exponent}. */
    private static void number(String digits, int exponent, StringBuilder out) {
        if (exponent < MIN_PLAIN_EXPONENT || exponent > MAX_PLAIN_EXPONENT) {
            out.append(digits.charAt(0));
            if (digits.length() > 1) {
                out.append('.').append(digits, 1, digits.length());
            }
            out.append('e').append(exponent < 0 ? '-' : '+').append(Math.abs(exponent));
        } else if (exponent < 0) {
            out.append("0.").append("0".repeat(-exponent - 1)).append(digits);
        } else if (digits.length() <= exponent + 1) {
            out.append(digits).append("0".repeat(exponent + 1 - digits.length()));
        } else {
            out.append(digits, 0, exponent + 1).append('.').append(digits, exponent + 1, digits.length());
        }
    }
}
