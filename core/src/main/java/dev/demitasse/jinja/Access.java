package dev.demitasse.jinja;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Attributes, items and slices, and the methods of Python's dict and list. */
final class Access {
    /** Methods that Jinja's immutable sandbox hides. */
    private static final Set<String> MUTATORS = Set.of(
            "append",
            "clear",
            "extend",
            "insert",
            "pop",
            "popitem",
            "remove",
            "reverse",
            "setdefault",
            "sort",
            "update");

    private static final Set<String> NUMBER_ATTRIBUTES = Set.of(
            "as_integer_ratio",
            "bit_count",
            "bit_length",
            "conjugate",
            "denominator",
            "from_bytes",
            "fromhex",
            "hex",
            "imag",
            "is_integer",
            "numerator",
            "real",
            "to_bytes");

    private Access() {}

    /** Returns {@code object.name}: a method or field if there is one, else the value of a key. */
    static @Nullable Object attribute(@Nullable Object object, String name, Limits limits) {
        Object own = ownAttribute(object, name, limits);
        if (own instanceof Undefined && object instanceof Map<?, ?> map && !MUTATORS.contains(name)) {
            return map.containsKey(name) ? map.get(name) : own;
        }
        return own;
    }

    /** Returns a method or field of an object, but no value of a key. */
    static @Nullable Object ownAttribute(@Nullable Object object, String name, Limits limits) {
        if (object instanceof Undefined undefined) {
            throw new EvaluationException("\"" + undefined.name() + "\" is undefined, so it has no \"" + name + "\"");
        }
        if (name.startsWith("_")) {
            return new Undefined(name);
        }
        Object found = null;
        if (Values.isText(object)) {
            found = StringMethods.bind(object, name, limits);
        } else if (object instanceof Map<?, ?> map) {
            found = method(map, name);
        } else if (object instanceof Range range
                && List.of("start", "stop", "step").contains(name)) {
            found = range.attribute(name);
        } else if (object instanceof List<?> list) {
            found = method(list, name, limits);
        } else if (object instanceof Namespace namespace && namespace.fields().containsKey(name)) {
            return namespace.fields().get(name);
        } else if (object instanceof Loop loop && (name.equals("previtem") || name.equals("nextitem"))) {
            return loop.neighbor(name);
        } else if (object instanceof HasAttributes fields) {
            found = fields.attribute(name);
        } else if (Values.isNumber(object) && NUMBER_ATTRIBUTES.contains(name)
                || object instanceof Iterator
                || object instanceof DictView) {
            throw EvaluationException.unsupported("attribute \"" + name + "\"", object);
        }
        return found == null ? new Undefined(name) : found;
    }

    /** Returns {@code object[key]}: the value of a key if there is one, else an attribute. */
    static @Nullable Object item(@Nullable Object object, @Nullable Object key, Limits limits) {
        if (object instanceof Undefined undefined) {
            throw new EvaluationException("\"" + undefined.name() + "\" is undefined, so it has no items");
        }
        if (object instanceof Map<?, ?> map
                && !(key instanceof List || key instanceof Map || key instanceof Undefined)) {
            Object found = Keys.find(map, Keys.check(key));
            if (map.containsKey(found)) {
                return map.get(found);
            }
        }
        if (Values.isInteger(key)) {
            if (object instanceof List<?> list) {
                long at = fromEnd(Values.toLong(key), list.size());
                return at >= 0 && at < list.size() ? list.get((int) at) : new Undefined("index " + key);
            }
            if (Values.isText(object)) {
                return character(object, Values.toLong(key), limits);
            }
        }
        if (Values.isText(key)) {
            return ownAttribute(object, Values.plainText(key), limits);
        }
        return new Undefined(key instanceof Long ? key.toString() : Values.typeName(key));
    }

    private static Object character(@Nullable Object value, long index, Limits limits) {
        String text = Values.plainText(value);
        limits.read(text.length());
        long at = fromEnd(index, text.codePointCount(0, text.length()));
        if (at < 0 || at >= text.length()) {
            return new Undefined("index " + index);
        }
        int start = text.offsetByCodePoints(0, (int) at);
        if (start == text.length()) {
            return new Undefined("index " + index);
        }
        int end = start + Character.charCount(text.codePointAt(start));
        return part(value, start, end);
    }

    /** Returns a part of a text: Markup if the text is. */
    private static Object part(@Nullable Object value, int start, int end) {
        Object part = MarkedText.part(value, start, end);
        return value instanceof Markup ? Markup.of(part) : part;
    }

    private static long fromEnd(long index, int size) {
        return index < 0 ? index + size : index;
    }

    /** Returns {@code object[from:to:step]} with Python's rules for negative and absent bounds. */
    static Object slice(
            @Nullable Object object,
            @Nullable Object from,
            @Nullable Object to,
            @Nullable Object stepOrNull,
            Limits limits) {
        if (object instanceof Undefined undefined) {
            throw new EvaluationException("\"" + undefined.name() + "\" is undefined, so it has no items");
        }
        boolean isSequence = object instanceof List || Values.isText(object);
        if (!isSequence || !isBound(from) || !isBound(to) || !isBound(stepOrNull)) {
            throw EvaluationException.unsupported("this slice", object);
        }
        long step = stepOrNull == null ? 1 : Values.toLong(stepOrNull);
        if (step == 0) {
            throw new EvaluationException("slice with step 0");
        }
        if (Values.isText(object) && step == 1) {
            return subtext(object, from, to, limits);
        }
        List<?> elements = object instanceof Range range ? range : Values.iterate(object, limits);
        int size = elements.size();
        long low = step > 0 ? 0 : -1;
        long high = step > 0 ? size : size - 1;
        long start = from == null ? (step > 0 ? low : high) : clamp(Values.toLong(from), size, low, high);
        long end = to == null ? (step > 0 ? high : low) : clamp(Values.toLong(to), size, low, high);
        if (object instanceof Range range) {
            return range.slice(start, end, step);
        }
        // A larger step takes the same elements, and can't overflow.
        step = Math.max(-size - 1L, Math.min(size + 1L, step));
        List<@Nullable Object> part = new ArrayList<>();
        for (long i = start; step > 0 ? i < end : i > end; i += step) {
            part.add(elements.get((int) i));
        }
        if (Values.isText(object)) {
            TextBuilder text = new TextBuilder();
            for (Object character : part) {
                text.append(character);
            }
            return object instanceof Markup ? Markup.of(text.toValue()) : text.toValue();
        }
        return object instanceof Tuple ? new Tuple(part) : part;
    }

    private static Object subtext(@Nullable Object value, @Nullable Object from, @Nullable Object to, Limits limits) {
        String text = Values.plainText(value);
        limits.makeText(text.length());
        int size = text.codePointCount(0, text.length());
        int start = from == null ? 0 : (int) clamp(Values.toLong(from), size, 0, size);
        int end = to == null ? size : (int) clamp(Values.toLong(to), size, 0, size);
        if (end <= start) {
            return part(value, 0, 0);
        }
        int first = text.offsetByCodePoints(0, start);
        return part(value, first, text.offsetByCodePoints(first, end - start));
    }

    private static boolean isBound(@Nullable Object bound) {
        return bound == null || Values.isInteger(bound);
    }

    private static long clamp(long index, int size, long low, long high) {
        return Math.max(low, Math.min(high, index < 0 ? index + size : index));
    }

    private static @Nullable Function method(Map<?, ?> map, String name) {
        return switch (name) {
            case "items" -> noArguments(() -> new DictView("dict_items", items(map)));
            case "keys" -> noArguments(() -> new DictView("dict_keys", Values.keys(map)));
            case "values" -> noArguments(() -> new DictView("dict_values", new ArrayList<>(map.values())));
            case "copy" -> noArguments(() -> InputMap.copy(map));
            case "get" ->
                arguments -> {
                    Arguments.Bound bound = arguments.bindPositional(1, "key", "default");
                    Object key = Keys.find(map, Keys.check(bound.get(0)));
                    return map.containsKey(key) ? map.get(key) : bound.get(1);
                };
            case "fromkeys" -> throw new EvaluationException("method \"fromkeys\" is not supported");
            default -> null;
        };
    }

    private interface Result {
        Object get();
    }

    private static Function noArguments(Result result) {
        return arguments -> {
            arguments.bind(0);
            return result.get();
        };
    }

    /** Returns the (key, value) tuples of a dict. */
    static List<@Nullable Object> items(Map<?, ?> map) {
        List<@Nullable Object> items = new ArrayList<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            items.add(new Tuple(Arrays.asList(InputMap.key(map, entry.getKey()), entry.getValue())));
        }
        return items;
    }

    private static @Nullable Object method(List<?> list, String name, Limits limits) {
        boolean isPlain = !(list instanceof Tuple) && !(list instanceof Range);
        if (list instanceof Tuple tuple && tuple.isGroup() && (name.equals("grouper") || name.equals("list"))) {
            return tuple.get(name.equals("grouper") ? 0 : 1);
        }
        return switch (name) {
            case "count" ->
                (Function) arguments ->
                        count(list, arguments.bindPositional(1, "value").get(0), limits);
            case "index" -> (Function) arguments -> index(list, arguments, limits);
            case "copy" -> isPlain ? noArguments(() -> new ArrayList<>(list)) : null;
            default -> null;
        };
    }

    private static Object count(List<?> list, @Nullable Object value, Limits limits) {
        long count = 0;
        for (Object element : list) {
            count += Values.isOrEquals(element, value, limits) ? 1 : 0;
        }
        return count;
    }

    private static Object index(List<?> list, Arguments arguments, Limits limits) {
        Arguments.Bound bound = arguments.bindPositional(1, "value", "start", "stop");
        int size = list.size();
        long end = clamp(bound.integer(2, size), size, 0, size);
        for (int i = (int) clamp(bound.integer(1, 0), size, 0, size); i < end; i++) {
            if (Values.isOrEquals(list.get(i), bound.get(0), limits)) {
                return (long) i;
            }
        }
        throw new EvaluationException("the value is not in the list");
    }
}
