package dev.demitasse.jinja;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keys of dicts: as in Python, 1, 1.0 and true are the same key. */
final class Keys {
    private Keys() {}

    /**
     * Checks that a value can be a key, and returns it.
     *
     * @throws EvaluationException if it is a list or dict, or a tuple, which is not supported
     */
    static @Nullable Object check(@Nullable Object key) {
        if (key instanceof List || key instanceof Map || key instanceof Undefined || key instanceof DictView) {
            throw new EvaluationException(Values.typeName(key) + " can't be the key of a dict");
        }
        return Values.isText(key) ? Values.plainText(key) : key;
    }

    /** Returns the key of a map that is equal to {@code key}; {@code key} if there is none. */
    static @Nullable Object find(Map<?, ?> map, @Nullable Object key) {
        if (Values.isNumber(key) && !map.containsKey(key)) {
            for (Object other : equalNumbers(key)) {
                if (map.containsKey(other)) {
                    return other;
                }
            }
        }
        return key;
    }

    private static List<Object> equalNumbers(@Nullable Object key) {
        double number = Values.toDouble(key);
        long integer = key instanceof Double ? (long) number : Values.toLong(key);
        if (number != integer) {
            return List.of();
        }
        boolean isExact = Math.abs(number) < 0x1p53;
        if (integer == 0) {
            return List.of(0L, 0.0, -0.0, false);
        }
        if (integer == 1) {
            return List.of(1L, 1.0, true);
        }
        return isExact ? List.of(integer, number) : List.of();
    }
}
