package dev.demitasse.gguf;

import java.util.Collections;
import java.util.Map;
import java.util.Set;

/**
 * The key-value pairs of a GGUF header, read by type. A getter without a default throws {@link GgufException} naming the key if it is
 * absent. Every getter throws it if the value has another type.
 *
 * <p>Values are stored as {@link Long} (all integer types), {@link Double} (both float types), {@link Boolean}, {@link String},
 * {@code long[]}, {@code double[]} or {@code String[]}. Arrays of a file are decoded when they are read.
 */
public final class Metadata {
    private final Map<String, Object> values;

    /** Creates metadata of values of the types listed above. */
    public Metadata(Map<String, Object> values) {
        this.values = Collections.unmodifiableMap(values);
    }

    public boolean has(String key) {
        return values.containsKey(key);
    }

    public Set<String> keys() {
        return values.keySet();
    }

    public String string(String key) {
        return required(key, String.class, "a string");
    }

    public String string(String key, String defaultValue) {
        return has(key) ? string(key) : defaultValue;
    }

    /** Returns an integer of any GGUF width, which must fit in an {@code int}. */
    public int integer(String key) {
        long value = longInteger(key);
        if (value != (int) value) {
            throw new GgufException(key + " is " + value + ", which is out of range");
        }
        return (int) value;
    }

    /** Returns an integer of any GGUF width. */
    public long longInteger(String key) {
        return required(key, Long.class, "an integer");
    }

    public int integer(String key, int defaultValue) {
        return has(key) ? integer(key) : defaultValue;
    }

    /** Returns a float. Accepts an integer: some writers store whole numbers as integers. */
    public float real(String key) {
        if (values.get(key) instanceof Long value) {
            return value;
        }
        return (float) (double) required(key, Double.class, "a float");
    }

    public float real(String key, float defaultValue) {
        return has(key) ? real(key) : defaultValue;
    }

    public boolean bool(String key, boolean defaultValue) {
        return has(key) ? required(key, Boolean.class, "a bool") : defaultValue;
    }

    public StringTable strings(String key) {
        if (values.get(key) instanceof MetadataArray array && array.type() == ValueType.STRING) {
            return StringTable.read(array.bytes(), array.count());
        }
        return StringTable.of(required(key, String[].class, "an array of strings"));
    }

    public long[] integers(String key) {
        if (values.get(key) instanceof MetadataArray array && array.isInteger()) {
            return array.integers();
        }
        // Not by required(): in Wasm, TeaVM 0.15's Class.isInstance traps for arrays of primitives.
        if (values.get(key) instanceof long[] integers) {
            return integers;
        }
        throw mismatch(key, "an array of integers");
    }

    /** Returns an array of integers, or a single integer as an array. */
    public long[] integersOrOne(String key) {
        return values.get(key) instanceof Long value ? new long[] {value} : integers(key);
    }

    public double[] reals(String key) {
        if (values.get(key) instanceof MetadataArray array && array.isReal()) {
            return array.reals();
        }
        if (values.get(key) instanceof double[] reals) {
            return reals;
        }
        throw mismatch(key, "an array of floats");
    }

    private <T> T required(String key, Class<T> type, String expected) {
        Object value = values.get(key);
        if (!type.isInstance(value)) {
            throw mismatch(key, expected);
        }
        return type.cast(value);
    }

    private GgufException mismatch(String key, String expected) {
        Object value = values.get(key);
        return new GgufException(
                value == null
                        ? "missing metadata key " + key
                        : key + " should be " + expected + " but is " + describe(value));
    }

    private static String describe(Object value) {
        if (value instanceof MetadataArray array) {
            return "an array of " + array.type();
        }
        return "a " + value.getClass().getSimpleName();
    }
}
