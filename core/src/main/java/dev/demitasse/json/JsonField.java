package dev.demitasse.json;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A value of a request and where it stands there, so that what is wrong with it can be said by name. Null counts as
 * absent. Every getter throws {@link FieldException} for a value of another kind.
 *
 * @param path such as {@code messages[2].role}
 * @param value as {@link JsonReader} gives it
 */
public record JsonField(String path, @Nullable Object value) {
    private static final int MAX_QUOTE_LENGTH = 40;

    public boolean isPresent() {
        return value != null;
    }

    /** A field of this object, maybe absent. */
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

    /** A string that isn't empty. */
    public String name() {
        String name = string();
        if (name.isEmpty()) {
            throw isNot("a string that is not empty");
        }
        return name;
    }

    /** A number from {@code least} to {@code most}. */
    public double number(double least, double most) {
        if (value instanceof Number number && number.doubleValue() >= least && number.doubleValue() <= most) {
            return number.doubleValue();
        }
        throw isNot("a number from " + plain(least) + " to " + plain(most));
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

    /** The same, if it is present. */
    public boolean bool(boolean absent) {
        return isPresent() ? bool() : absent;
    }

    /** A string that is one of these. */
    public String oneOf(String... names) {
        if (value instanceof String name && List.of(names).contains(name)) {
            return name;
        }
        throw isNot("one of \"" + String.join("\", \"", names) + "\"");
    }

    /**
     * Checks that this object has no other fields.
     *
     * @throws FieldException naming the first other one
     */
    public void requireKnown(Set<String> names) {
        for (String name : object().keySet()) {
            if (!names.contains(name)) {
                throw new FieldException(member(name).path(), "is not known");
            }
        }
    }

    /** A whole number from {@code least} to {@code most}. */
    public long integer(long least, long most) {
        if (value instanceof Long number && number >= least && number <= most) {
            return number;
        }
        throw isNot("a whole number from " + least + " to " + most);
    }

    /** What to throw if the value is none of what is expected. */
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
