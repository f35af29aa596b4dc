package dev.demitasse.grammar;

import dev.demitasse.json.JsonWriter;
import java.util.List;
import java.util.Map;

/** JSON without white space. */
public final class Compact {
    private Compact() {}

    public static String write(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(Object value, StringBuilder out) {
        String separator = "";
        if (value instanceof List<?> list) {
            out.append('[');
            for (Object element : list) {
                out.append(separator);
                write(element, out);
                separator = ",";
            }
            out.append(']');
        } else if (value instanceof Map<?, ?> map) {
            out.append('{');
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.append(separator)
                        .append(JsonWriter.write(entry.getKey(), -1))
                        .append(':');
                write(entry.getValue(), out);
                separator = ",";
            }
            out.append('}');
        } else {
            out.append(JsonWriter.write(value, -1));
        }
    }
}
