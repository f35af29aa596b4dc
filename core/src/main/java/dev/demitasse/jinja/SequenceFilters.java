package dev.demitasse.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Jinja's filters on the elements of a list, dict or text. */
final class SequenceFilters {
    private SequenceFilters() {}

    static @Nullable Object first(@Nullable Object value, Arguments arguments, Limits limits) {
        arguments.bind(0);
        if (value instanceof Iterator iterator) {
            return iterator.hasNext() ? iterator.next() : new Undefined("first");
        }
        if (value instanceof List<?> list && !list.isEmpty()) {
            return list.get(0);
        }
        List<?> elements = Values.iterate(value, limits);
        return elements.isEmpty() ? new Undefined("first") : elements.get(0);
    }

    static @Nullable Object last(@Nullable Object value, Arguments arguments, Limits limits) {
        arguments.bind(0);
        if (value instanceof Iterator) {
            throw new EvaluationException("last needs a list, not a generator");
        }
        List<?> elements = value instanceof List<?> list ? list : Values.iterate(value, limits);
        return elements.isEmpty() ? new Undefined("last") : elements.get(elements.size() - 1);
    }

    static List<@Nullable Object> list(@Nullable Object value, Arguments arguments, Limits limits) {
        arguments.bind(0);
        return new ArrayList<>(Values.iterate(value, limits));
    }

    static Object reverse(@Nullable Object value, Arguments arguments, Limits limits) {
        arguments.bind(0);
        if (Values.isText(value) && !(value instanceof Markup)) {
            String text = Values.plainText(value);
            limits.makeText(text.length());
            String reversed = new StringBuilder(text).reverse().toString();
            return MarkedText.mayBeInput(value) ? MarkedText.input(reversed) : reversed;
        }
        List<@Nullable Object> reversed = new ArrayList<>(Values.iterate(value, limits));
        Collections.reverse(reversed);
        return value instanceof Iterator ? reversed : new Iterator(reversed);
    }

    static Object join(@Nullable Object value, Arguments arguments, Limits limits) {
        Arguments.Bound bound = arguments.bind(0, "d", "attribute");
        List<?> parts = Values.iterate(value, limits);
        if (bound.get(1) != null) {
            List<@Nullable Object> found = new ArrayList<>();
            for (Object element : parts) {
                found.add(path(element, bound.get(1), null, limits));
            }
            parts = found;
        }
        return TextSplit.join(Values.marked(bound.get(0, ""), limits), parts, false, limits);
    }

    static Iterator map(@Nullable Object value, Arguments arguments, Limits limits) {
        List<@Nullable Object> mapped = new ArrayList<>();
        if (!Values.isTrue(value)) {
            return new Iterator(mapped);
        }
        boolean byAttribute =
                arguments.positional().isEmpty() && arguments.named().containsKey("attribute");
        if (byAttribute) {
            Arguments.Bound bound = arguments.bind(0, "attribute", "default");
            for (Object element : Values.iterate(value, limits)) {
                mapped.add(path(element, bound.get(0), bound.get(1), limits));
            }
            return new Iterator(mapped);
        }
        if (arguments.positional().isEmpty()) {
            throw new EvaluationException("map needs the name of a filter or an attribute");
        }
        String filter = Values.plainText(arguments.positional().get(0));
        for (Object element : Values.iterate(value, limits)) {
            mapped.add(Filters.apply(filter, element, arguments.after(1), limits));
        }
        return new Iterator(mapped);
    }

    static Iterator select(@Nullable Object value, Arguments arguments, boolean keep, Limits limits) {
        List<@Nullable Object> selected = new ArrayList<>();
        for (Object element : Values.isTrue(value) ? Values.iterate(value, limits) : List.of()) {
            if (holds(element, arguments, limits) == keep) {
                selected.add(element);
            }
        }
        return new Iterator(selected);
    }

    static Iterator selectAttribute(@Nullable Object value, Arguments arguments, boolean keep, Limits limits) {
        List<@Nullable Object> selected = new ArrayList<>();
        if (Values.isTrue(value) && arguments.positional().isEmpty()) {
            throw new EvaluationException("the name of an attribute is missing");
        }
        for (Object element : Values.isTrue(value) ? Values.iterate(value, limits) : List.of()) {
            Object found = path(element, arguments.positional().get(0), null, limits);
            if (holds(found, arguments.after(1), limits) == keep) {
                selected.add(element);
            }
        }
        return new Iterator(selected);
    }

    /**
     * Applies a test to a value.
     *
     * @param test the name of the test and its arguments; if empty, the result is whether the value is true
     */
    private static boolean holds(@Nullable Object value, Arguments test, Limits limits) {
        return test.positional().isEmpty()
                ? Values.isTrue(value)
                : Tests.test(Values.plainText(test.positional().get(0)), value, test.after(1), limits);
    }

    /**
     * Follows a path of attributes and indices such as {@code a.b.0}.
     *
     * @param absent the value in place of an undefined one; if null, that is kept
     */
    static @Nullable Object path(
            @Nullable Object value, @Nullable Object path, @Nullable Object absent, Limits limits) {
        if (path == null) {
            return value;
        }
        Object found = value;
        List<?> parts = Values.isText(path) ? TextFilters.parts(Values.plainText(path), '.') : List.of(path);
        for (Object part : parts) {
            limits.step();
            Object key = part instanceof String name && isIndex(name) ? (Object) Long.valueOf(name) : part;
            found = Access.item(found, key, limits);
            found = found instanceof Undefined && absent != null ? absent : found;
        }
        return found;
    }

    private static boolean isIndex(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) < '0' || name.charAt(i) > '9') {
                return false;
            }
        }
        return !name.isEmpty() && name.length() < 10;
    }

    static @Nullable Object sum(@Nullable Object value, Arguments arguments, Limits limits) {
        Arguments.Bound bound = arguments.bind(0, "attribute", "start");
        Object sum = bound.get(1, 0L);
        if (Values.isText(sum)) {
            throw new EvaluationException("sum of texts; use join");
        }
        for (Object element : Values.iterate(value, limits)) {
            sum = Arithmetic.apply("+", sum, path(element, bound.get(0), null, limits), limits);
        }
        return sum;
    }

    static Iterator batch(@Nullable Object value, Arguments arguments, Limits limits) {
        Arguments.Bound bound = arguments.bind(1, "linecount", "fill_with");
        long size = Values.integer(bound.get(0));
        List<@Nullable Object> batches = new ArrayList<>();
        List<@Nullable Object> batch = new ArrayList<>();
        for (Object element : Values.iterate(value, limits)) {
            if (batch.size() == size) {
                batches.add(batch);
                batch = new ArrayList<>();
            }
            batch.add(element);
        }
        if (!batch.isEmpty()) {
            limits.makeList(bound.get(1) == null ? 0 : size);
            while (bound.get(1) != null && batch.size() < size) {
                batch.add(bound.get(1));
            }
            batches.add(batch);
        }
        return new Iterator(batches);
    }

    static Iterator slice(@Nullable Object value, Arguments arguments, Limits limits) {
        Arguments.Bound bound = arguments.bind(1, "slices", "fill_with");
        long slices = Values.integer(bound.get(0));
        List<?> elements = Values.iterate(value, limits);
        if (slices == 0) {
            throw new EvaluationException("slice into 0 parts");
        }
        limits.makeList(Math.max(0, slices));
        List<@Nullable Object> parts = new ArrayList<>();
        long extra = Math.floorMod((long) elements.size(), slices);
        int start = 0;
        for (long i = 0; i < slices; i++) {
            int end = start + (int) (elements.size() / slices) + (i < extra ? 1 : 0);
            List<@Nullable Object> part = new ArrayList<>(elements.subList(start, end));
            if (bound.get(1) != null && i >= extra) {
                part.add(bound.get(1));
            }
            parts.add(part);
            start = end;
        }
        return new Iterator(parts);
    }

    /** Returns the entries of a dict. */
    static Map<?, ?> dict(String filter, @Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw new EvaluationException(filter + " needs a dict, not " + Values.typeName(value));
    }
}
