package dev.demitasse.jinja;

import dev.demitasse.json.JsonWriter;
import dev.demitasse.json.PythonFloat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The filter {@code tojson}: writes JSON as Python's {@code json.dumps} does. As in Hugging Face's version, HTML is not escaped
 * and the default of {@code ensure_ascii} is false.
 */
final class Json {
    private final TextBuilder out = new TextBuilder();
    private final Limits limits;
    private final boolean ensureAscii;
    private final boolean sortKeys;
    private final @Nullable String indent;
    private final String itemSeparator;
    private final String keySeparator;

    private Json(Arguments.Bound bound, Limits limits) {
        this.limits = limits;
        ensureAscii = bound.isTrue(0);
        Object width = bound.get(1);
        indent = width == null || Values.isText(width)
                ? (width == null ? null : Values.plainText(width))
                : (String) Arithmetic.apply("*", " ", Values.integer(width), limits);
        Object separators = bound.get(2);
        if (separators == null) {
            itemSeparator = indent == null ? ", " : ",";
            keySeparator = ": ";
        } else {
            List<?> both = Values.iterate(separators, limits);
            if (both.size() != 2) {
                throw new EvaluationException("tojson: separators must be two texts");
            }
            itemSeparator = Values.plainText(both.get(0));
            keySeparator = Values.plainText(both.get(1));
        }
        sortKeys = bound.isTrue(3);
    }

    static Object write(@Nullable Object value, Arguments arguments, Limits limits) {
        Json json = new Json(arguments.bind(0, "ensure_ascii", "indent", "separators", "sort_keys"), limits);
        json.value(value, 1);
        limits.makeText(json.out.length());
        return json.out.toValue();
    }

    private void value(@Nullable Object value, int depth) {
        if (value == null) {
            out.append("null");
        } else if (value instanceof Boolean || value instanceof Long) {
            out.append(value.toString());
        } else if (value instanceof Double number) {
            out.append(number(number));
        } else if (Values.isText(value)) {
            string(value);
        } else if (value instanceof List<?> list && !(list instanceof Range)) {
            limits.enterValue();
            list(list, depth);
            limits.leave();
        } else if (value instanceof Map<?, ?> map) {
            limits.enterValue();
            map(map, depth);
            limits.leave();
        } else {
            throw new EvaluationException(Values.typeName(value) + " has no JSON form");
        }
    }

    private static String number(double number) {
        if (Double.isNaN(number)) {
            return "NaN";
        }
        return Double.isInfinite(number) ? (number > 0 ? "Infinity" : "-Infinity") : PythonFloat.repr(number);
    }

    private void list(List<?> list, int depth) {
        out.append('[');
        for (int i = 0; i < list.size(); i++) {
            limits.step();
            out.append(i == 0 ? "" : itemSeparator);
            newLine(depth);
            value(list.get(i), depth + 1);
        }
        if (!list.isEmpty()) {
            newLine(depth - 1);
        }
        out.append(']');
    }

    private void map(Map<?, ?> map, int depth) {
        out.append('{');
        List<?> keys = Values.keys(map);
        keys = sortKeys ? Sorting.sorted(keys, false, key -> key, limits) : keys;
        for (int i = 0; i < keys.size(); i++) {
            limits.step();
            Object key = keys.get(i);
            out.append(i == 0 ? "" : itemSeparator);
            newLine(depth);
            string(name(key));
            out.append(keySeparator);
            value(map.get(Keys.check(key)), depth + 1);
        }
        if (!map.isEmpty()) {
            newLine(depth - 1);
        }
        out.append('}');
    }

    private static Object name(@Nullable Object key) {
        if (key instanceof String || key instanceof MarkedText) {
            return key;
        }
        if (key == null) {
            return "null";
        }
        if (Values.isNumber(key)) {
            return key instanceof Double number ? number(number) : key.toString();
        }
        throw new EvaluationException(Values.typeName(key) + " can't be a name in JSON");
    }

    private void newLine(int depth) {
        if (indent != null) {
            long length = (long) indent.length() * depth;
            limits.makeText(length);
            out.append('\n').append(indent.repeat(depth));
            if (out.length() > Limits.MAX_LENGTH) {
                limits.makeText(out.length());
            }
        }
    }

    private void string(Object value) {
        String text = Values.plainText(value);
        int start = out.length();
        limits.makeText(text.length());
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (ensureAscii && c > 0x7E) {
                JsonWriter.appendUnicodeEscape(out.text(), c);
            } else {
                JsonWriter.appendEscaped(out.text(), c);
            }
        }
        out.append('"');
        if (MarkedText.mayBeInput(value)) {
            out.mark(start, out.length());
        }
    }
}
