package dev.demitasse.json;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A value of a request with its path, by which errors name it. Null counts as absent. Every getter throws {@link FieldException}
 * if the value is of another type.
 *
 * @param path for example {@code messages[2].role}
 * @param value as {@link JsonReader} returns it
 */
public record JsonField(String path, @Nullable Object value) {
    private static final int MAX_QUOTE_LENGTH = 40;

    public boolean isPresent() {
        return value != null;
    }

    /** Returns a field of this object, which may be absent. */
    public JsonField member(String name) {
        return new JsonField(path.isEmpty() ? name : path + "." + name, object().get(name));
    }

    @SuppressWarnings("unchecked") // names are strings in JSON
    public Map<String, @Nullable Object> object() {
        if (value instanceof Map<?, ?> object) {
            return (Map<String, @Nullable Object>) object;
        }
        throw isNot("an object");
    }

    public List<JsonField> elements() {
        if (!(value instanceof List<?> list)) {
            throw isNot("an array");
        }
        List<JsonField> elements = new ArrayList<>();
        for (Object element : list) {
            elements.add(new JsonField(path + "[" + elements.size() + "]", element));
        }
        return elements;
    }

    public String string() {
        if (value instanceof String string) {
            return string;
        }
        throw isNot("a string");
    }

    /** Returns a string that is not empty. */
    public String name() {
        String name = string();
        if (name.isEmpty()) {
            throw isNot("a string that is not empty");
        }
        return name;
    }

    /** Returns a number from {@code min} to {@code max}. */
    public double number(double min, double max) {
        if (value instanceof Number number && number.doubleValue() >= min && number.doubleValue() <= max) {
            return number.doubleValue();
        }
        throw isNot("a number from " + plain(min) + " to " + plain(max));
    }

    private static String plain(double number) {
        return number == (long) number ? Long.toString((long) number) : Double.toString(number);
    }

    public boolean bool() {
        if (value instanceof Boolean bool) {
            return bool;
        }
        throw isNot("true or false");
    }

    /** Returns a boolean, or the default if it is absent. */
    public boolean bool(boolean defaultValue) {
        return isPresent() ? bool() : defaultValue;
    }

    /** Returns a string that is one of {@code names}. */
    public String oneOf(String... names) {
        if (value instanceof String name && List.of(names).contains(name)) {
            return name;
        }
        throw isNot("one of \"" + String.join("\", \"", names) + "\"");
    }

    /**
     * Checks that this object has no fields but these.
     *
     * @throws FieldException naming the first unknown field
     */
    public void requireKnown(Set<String> names) {
        for (String name : object().keySet()) {
            if (!names.contains(name)) {
                throw new FieldException(member(name).path(), "is not known");
            }
        }
    }

    /** Returns a whole number from {@code min} to {@code max}. */
    public long integer(long min, long max) {
        if (value instanceof Long number && number >= min && number <= max) {
            return number;
        }
        throw isNot("a whole number from " + min + " to " + max);
    }

    /** Returns the exception for a value that is not as expected, or absent. */
    public FieldException isNot(String expected) {
        if (value == null) {
            return new FieldException(path, "is missing; it must be " + expected);
        }
        String found = JsonWriter.write(value, -1);
        if (found.length() > MAX_QUOTE_LENGTH) {
            found = found.substring(0, MAX_QUOTE_LENGTH) + "…";
        }
        return new FieldException(path, "is " + found + "; it must be " + expected);
    }
}
