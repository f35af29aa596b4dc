package dev.demitasse.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Jinja's filters that work on the elements of a list, dict or text. */
final class SequenceFilters {
    /** Limit for {@code unique}, which compares each pair of elements. */
    private static final int MAX_UNIQUE = 2000;

    private SequenceFilters() {}

    static @Nullable Object edge(@Nullable Object value, boolean first) throws EvaluationException {
        List<?> elements = Access.iterate(value);
        if (elements.isEmpty()) {
            return new Undefined(first ? "first" : "last");
        }
        return elements.get(first ? 0 : elements.size() - 1);
    }

    static Object reverse(@Nullable Object value) throws EvaluationException {
        return Access.slice(value, null, null, -1L);
    }

    static String join(@Nullable Object value, List<@Nullable Object> arguments, Map<String, @Nullable Object> named)
            throws EvaluationException {
        Object separator = arguments.isEmpty() ? named.getOrDefault("d", "") : arguments.get(0);
        List<?> parts = Access.iterate(value);
        if (named.containsKey("attribute")) {
            parts = map(value, List.of(), named);
        }
        return StringMethods.join(Values.text(separator), parts);
    }

    static List<@Nullable Object> map(
            @Nullable Object value, List<@Nullable Object> arguments, Map<String, @Nullable Object> named)
            throws EvaluationException {
        List<@Nullable Object> mapped = new ArrayList<>();
        for (Object element : Access.iterate(value)) {
            if (named.containsKey("attribute")) {
                Object found = path(element, named.get("attribute"));
                mapped.add(found instanceof Undefined && named.containsKey("default") ? named.get("default") : found);
            } else {
                String filter = Values.string(arguments.get(0));
                mapped.add(Filters.apply(filter, element, arguments.subList(1, arguments.size()), Map.of()));
            }
        }
        return mapped;
    }

    static List<@Nullable Object> select(@Nullable Object value, List<@Nullable Object> arguments, boolean keep)
            throws EvaluationException {
        List<@Nullable Object> selected = new ArrayList<>();
        for (Object element : Access.iterate(value)) {
            if (holds(element, arguments) == keep) {
                selected.add(element);
            }
        }
        return selected;
    }

    static List<@Nullable Object> selectAttribute(
            @Nullable Object value, List<@Nullable Object> arguments, boolean keep) throws EvaluationException {
        List<@Nullable Object> selected = new ArrayList<>();
        for (Object element : Access.iterate(value)) {
            if (holds(path(element, arguments.get(0)), arguments.subList(1, arguments.size())) == keep) {
                selected.add(element);
            }
        }
        return selected;
    }

    /**
     * Applies a test to a value.
     *
     * @param test the name of the test and its arguments; if empty, the result is whether the value is true
     */
    private static boolean holds(@Nullable Object value, List<@Nullable Object> test) throws EvaluationException {
        return test.isEmpty()
                ? Values.isTrue(value)
                : Tests.test(Values.string(test.get(0)), value, test.subList(1, test.size()));
    }

    /** Follows a path of attributes and indices such as {@code a.b.0}. */
    private static @Nullable Object path(@Nullable Object value, @Nullable Object path) throws EvaluationException {
        Object found = value;
        if (path instanceof String names) {
            int start = 0;
            while (start <= names.length()) {
                int dot = names.indexOf('.', start);
                int end = dot < 0 ? names.length() : dot;
                String name = names.substring(start, end);
                boolean isIndex =
                        !name.isEmpty() && name.chars().allMatch(c -> c >= '0' && c <= '9') && name.length() < 10;
                found = Access.item(found, isIndex ? (Object) Long.valueOf(name) : name);
                start = end + 1;
            }
            return found;
        }
        return Access.item(found, path);
    }

    private static boolean flag(
            List<@Nullable Object> arguments, int index, Map<String, @Nullable Object> named, String name) {
        return Values.isTrue(arguments.size() > index ? arguments.get(index) : named.get(name));
    }

    static List<@Nullable Object> sort(
            @Nullable Object value, List<@Nullable Object> arguments, Map<String, @Nullable Object> named)
            throws EvaluationException {
        boolean reverse = flag(arguments, 0, named, "reverse");
        boolean caseSensitive = flag(arguments, 1, named, "case_sensitive");
        Object attribute = arguments.size() > 2 ? arguments.get(2) : named.get("attribute");
        return sorted(new ArrayList<>(Access.iterate(value)), reverse, element -> {
            Object key = attribute == null ? element : path(element, attribute);
            return !caseSensitive && key instanceof String text ? LetterCase.lower(text) : key;
        });
    }

    static List<@Nullable Object> dictsort(
            @Nullable Object value, List<@Nullable Object> arguments, Map<String, @Nullable Object> named)
            throws EvaluationException {
        if (!(value instanceof Map<?, ?> map)) {
            throw new EvaluationException("dictsort needs a dict, not " + Values.typeName(value));
        }
        boolean caseSensitive = flag(arguments, 0, named, "case_sensitive");
        Object by = arguments.size() > 1 ? arguments.get(1) : named.getOrDefault("by", "key");
        boolean reverse = flag(arguments, 2, named, "reverse");
        if (!"key".equals(by) && !"value".equals(by)) {
            throw new EvaluationException("dictsort by \"" + Values.text(by) + "\"; it must be by key or value");
        }
        return sorted(new ArrayList<>(Access.items(map)), reverse, item -> {
            Object key = ((Tuple) Objects.requireNonNull(item)).get("key".equals(by) ? 0 : 1);
            return !caseSensitive && key instanceof String text ? LetterCase.lower(text) : key;
        });
    }

    private interface Key {
        @Nullable
        Object of(@Nullable Object element) throws EvaluationException;
    }

    /** Merge sort with a comparison that can fail. It is stable in both directions, as in Python. */
    private static List<@Nullable Object> sorted(List<@Nullable Object> elements, boolean reverse, Key key)
            throws EvaluationException {
        int size = elements.size();
        if (size < 2) {
            return elements;
        }
        List<@Nullable Object> left = sorted(new ArrayList<>(elements.subList(0, size / 2)), reverse, key);
        List<@Nullable Object> right = sorted(new ArrayList<>(elements.subList(size / 2, size)), reverse, key);
        List<@Nullable Object> merged = new ArrayList<>(size);
        int i = 0;
        int j = 0;
        while (i < left.size() && j < right.size()) {
            int order = Values.compare(key.of(left.get(i)), key.of(right.get(j)));
            merged.add((reverse ? order >= 0 : order <= 0) ? left.get(i++) : right.get(j++));
        }
        merged.addAll(left.subList(i, left.size()));
        merged.addAll(right.subList(j, right.size()));
        return merged;
    }

    static @Nullable Object extreme(@Nullable Object value, Map<String, @Nullable Object> named, int sign)
            throws EvaluationException {
        Object best = new Undefined("no element");
        Object bestKey = null;
        boolean caseSensitive = Values.isTrue(named.get("case_sensitive"));
        for (Object element : Access.iterate(value)) {
            Object key = named.containsKey("attribute") ? path(element, named.get("attribute")) : element;
            key = !caseSensitive && key instanceof String text ? LetterCase.lower(text) : key;
            if (best instanceof Undefined || Values.compare(key, bestKey) * sign > 0) {
                best = element;
                bestKey = key;
            }
        }
        return best;
    }

    static @Nullable Object sum(
            @Nullable Object value, List<@Nullable Object> arguments, Map<String, @Nullable Object> named)
            throws EvaluationException {
        Object attribute = arguments.isEmpty() ? named.get("attribute") : arguments.get(0);
        Object sum = arguments.size() > 1 ? arguments.get(1) : named.getOrDefault("start", 0L);
        for (Object element : Access.iterate(value)) {
            sum = Arithmetic.apply("+", sum, attribute == null ? element : path(element, attribute));
        }
        return sum;
    }

    static List<@Nullable Object> unique(@Nullable Object value) throws EvaluationException {
        if (Access.iterate(value).size() > MAX_UNIQUE) {
            throw new EvaluationException("unique of more than " + MAX_UNIQUE + " elements");
        }
        List<@Nullable Object> unique = new ArrayList<>();
        for (Object element : Access.iterate(value)) {
            Object key = element instanceof String text ? LetterCase.lower(text) : element;
            boolean seen = false;
            for (Object other : unique) {
                seen |= Values.equal(other instanceof String text ? LetterCase.lower(text) : other, key);
            }
            if (!seen) {
                unique.add(element);
            }
        }
        return unique;
    }
}
