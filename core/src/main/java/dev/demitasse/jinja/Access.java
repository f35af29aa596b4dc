package dev.demitasse.jinja;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Attributes, items, slices and iteration, and the methods of Python's dict. */
final class Access {
    private Access() {}

    /** Returns {@code object.name}: a method if there is one, else the value of a key. */
    static @Nullable Object attribute(@Nullable Object object, String name) throws EvaluationException {
        if (object instanceof Undefined undefined) {
            throw new EvaluationException("\"" + undefined.name() + "\" is undefined, so it has no \"" + name + "\"");
        }
        Function method = null;
        if (object instanceof String text) {
            method = StringMethods.bind(text, name);
        } else if (object instanceof Map<?, ?> map) {
            method = method(map, name);
        }
        if (method != null) {
            return method;
        }
        if (object instanceof Namespace namespace) {
            return namespace.fields().containsKey(name) ? namespace.fields().get(name) : new Undefined(name);
        }
        return object instanceof Map<?, ?> map && map.containsKey(name) ? map.get(name) : new Undefined(name);
    }

    /** Returns {@code object[key]}: the value of a key if there is one, else an attribute. */
    static @Nullable Object item(@Nullable Object object, @Nullable Object key) throws EvaluationException {
        if (object instanceof Map<?, ?> map && map.containsKey(key)) {
            return map.get(key);
        }
        if (Values.isInteger(key) && (object instanceof List || object instanceof String)) {
            List<?> elements = iterate(object);
            long index = Values.toLong(key);
            long at = index < 0 ? index + elements.size() : index;
            return at >= 0 && at < elements.size() ? elements.get((int) at) : new Undefined("index " + index);
        }
        return key instanceof String name ? attribute(object, name) : missing(object, key);
    }

    private static Undefined missing(@Nullable Object object, @Nullable Object key) throws EvaluationException {
        if (object instanceof Undefined undefined) {
            throw new EvaluationException("\"" + undefined.name() + "\" is undefined, so it has no items");
        }
        return new Undefined(Values.text(key));
    }

    /** Returns {@code object[from:to:step]} with Python's rules for negative and absent bounds. */
    static Object slice(
            @Nullable Object object, @Nullable Object from, @Nullable Object to, @Nullable Object stepOrNull)
            throws EvaluationException {
        List<?> elements = iterate(object);
        long step = stepOrNull == null ? 1 : Values.toLong(stepOrNull);
        if (step == 0) {
            throw new EvaluationException("slice with step 0");
        }
        int size = elements.size();
        long low = step > 0 ? 0 : -1;
        long high = step > 0 ? size : size - 1;
        long start = from == null ? (step > 0 ? low : high) : clamp(Values.toLong(from), size, low, high);
        long end = to == null ? (step > 0 ? high : low) : clamp(Values.toLong(to), size, low, high);
        List<@Nullable Object> part = new ArrayList<>();
        for (long i = start; step > 0 ? i < end : i > end; i += step) {
            part.add(elements.get((int) i));
        }
        if (object instanceof String) {
            StringBuilder text = new StringBuilder();
            part.forEach(text::append);
            return text.toString();
        }
        return object instanceof Tuple ? new Tuple(part) : part;
    }

    private static long clamp(long index, int size, long low, long high) {
        return Math.max(low, Math.min(high, index < 0 ? index + size : index));
    }

    /** Returns the elements of a list, the characters of a string or the keys of a dict. */
    static List<?> iterate(@Nullable Object value) throws EvaluationException {
        if (value instanceof List<?> list) {
            return list;
        }
        if (value instanceof Map<?, ?> map) {
            return new ArrayList<>(map.keySet());
        }
        if (value instanceof Undefined) {
            return List.of();
        }
        if (value instanceof String text) {
            List<String> characters = new ArrayList<>();
            for (int i = 0; i < text.length(); ) {
                int end = text.offsetByCodePoints(i, 1);
                characters.add(text.substring(i, end));
                i = end;
            }
            return characters;
        }
        throw new EvaluationException("can't iterate over " + Values.typeName(value));
    }

    private static @Nullable Function method(Map<?, ?> map, String name) {
        return switch (name) {
            case "items" -> (positional, named) -> items(map);
            case "keys" -> (positional, named) -> new ArrayList<>(map.keySet());
            case "values" -> (positional, named) -> new ArrayList<>(map.values());
            case "get" ->
                (positional, named) -> map.containsKey(positional.get(0))
                        ? map.get(positional.get(0))
                        : positional.size() > 1 ? positional.get(1) : null;
            default -> null;
        };
    }

    /** Returns the (key, value) tuples of a dict. */
    static List<Object> items(Map<?, ?> map) {
        List<Object> items = new ArrayList<>();
        map.forEach((key, value) -> items.add(new Tuple(Arrays.asList(key, value))));
        return items;
    }
}
