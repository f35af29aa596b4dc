package dev.demitasse.huggingface;

import dev.demitasse.gguf.GgufException;
import dev.demitasse.json.JsonException;
import dev.demitasse.json.JsonReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An object of a JSON file, read by name and type. Null counts as absent. A getter without a default throws {@link GgufException} if
 * the field is absent. Every getter throws it if the value has another type.
 */
final class Fields {
    private final String path;
    private final Map<?, ?> values;

    private Fields(String path, Map<?, ?> values) {
        this.path = path;
        this.values = values;
    }

    /**
     * Parses a file.
     *
     * @throws GgufException if the text is not a JSON object
     */
    static Fields parse(String file, String text) {
        Object value;
        try {
            value = JsonReader.read(text);
        } catch (JsonException e) {
            throw new GgufException(file + ": " + e.getMessage());
        }
        if (value instanceof Map<?, ?> object) {
            return new Fields(file + ": ", object);
        }
        throw new GgufException(file + " should hold an object but holds " + describe(value));
    }

    boolean has(String name) {
        return values.get(name) != null;
    }

    List<String> names() {
        List<String> names = new ArrayList<>();
        for (Object name : values.keySet()) {
            names.add((String) name);
        }
        return names;
    }

    long integer(String name) {
        return integer(name, required(name));
    }

    /** Returns an integer from 1 to {@link Integer#MAX_VALUE}. */
    int positive(String name) {
        long value = integer(name);
        if (value < 1 || value > Integer.MAX_VALUE) {
            throw error(name, "is " + value + ", which is out of range");
        }
        return (int) value;
    }

    int positive(String name, int defaultValue) {
        return has(name) ? positive(name) : defaultValue;
    }

    /** Returns a number that is above 0 and finite in float32, too. */
    double positiveReal(String name) {
        return positiveReal(name, required(name));
    }

    double positiveReal(String name, double defaultValue) {
        return has(name) ? positiveReal(name) : defaultValue;
    }

    boolean bool(String name, boolean defaultValue) {
        if (!has(name)) {
            return defaultValue;
        }
        if (required(name) instanceof Boolean value) {
            return value;
        }
        throw wrongType(name, "a bool");
    }

    String string(String name) {
        if (required(name) instanceof String value) {
            return value;
        }
        throw wrongType(name, "a string");
    }

    String string(String name, String defaultValue) {
        return has(name) ? string(name) : defaultValue;
    }

    /** Returns an object; an empty one if it is absent. */
    Fields object(String name) {
        if (!has(name)) {
            return new Fields(path + name + ".", Map.of());
        }
        if (required(name) instanceof Map<?, ?> object) {
            return new Fields(path + name + ".", object);
        }
        throw wrongType(name, "an object");
    }

    List<Long> integers(String name) {
        List<Long> integers = new ArrayList<>();
        for (Object element : list(name)) {
            integers.add(integer(name, element));
        }
        return integers;
    }

    /** Returns an array of integers, or a single integer as a list; an empty list if it is absent. */
    List<Long> integersOrOne(String name) {
        if (!has(name)) {
            return List.of();
        }
        return values.get(name) instanceof List ? integers(name) : List.of(integer(name));
    }

    List<String> strings(String name) {
        List<String> strings = new ArrayList<>();
        for (Object element : list(name)) {
            if (!(element instanceof String string)) {
                throw wrongType(name, "an array of strings");
            }
            strings.add(string);
        }
        return strings;
    }

    float[] positiveReals(String name) {
        List<?> list = list(name);
        float[] reals = new float[list.size()];
        for (int i = 0; i < reals.length; i++) {
            reals[i] = (float) positiveReal(name, list.get(i));
        }
        return reals;
    }

    GgufException error(String name, String problem) {
        return new GgufException(path + name + " " + problem);
    }

    private List<?> list(String name) {
        if (required(name) instanceof List<?> list) {
            return list;
        }
        throw wrongType(name, "an array");
    }

    private long integer(String name, @Nullable Object value) {
        if (value instanceof Long integer) {
            return integer;
        }
        throw error(name, "should be an integer but is " + describe(value));
    }

    private double positiveReal(String name, @Nullable Object value) {
        if (!(value instanceof Long || value instanceof Double)) {
            throw error(name, "should be a number but is " + describe(value));
        }
        double real = ((Number) value).doubleValue();
        if (!((float) real > 0 && (float) real < Float.POSITIVE_INFINITY)) {
            throw error(name, "is " + real + ", which is out of range");
        }
        return real;
    }

    private Object required(String name) {
        Object value = values.get(name);
        if (value == null) {
            throw error(name, "is missing");
        }
        return value;
    }

    private GgufException wrongType(String name, String expected) {
        return error(name, "should be " + expected + " but is " + describe(values.get(name)));
    }

    private static String describe(@Nullable Object value) {
        if (value == null) {
            return "null";
        }
        if (value instanceof Map) {
            return "an object";
        }
        if (value instanceof List) {
            return "an array";
        }
        if (value instanceof String) {
            return "a string";
        }
        return value.toString();
    }
}
