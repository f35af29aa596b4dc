package dev.demitasse.jinja;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Jinja's filters that order and compare elements. Texts are compared without case unless {@code case_sensitive} is set. */
final class SortFilters {
    private static final int MAX_UNIQUE = 10_000;

    private SortFilters() {}

    static List<@Nullable Object> sort(@Nullable Object value, Arguments arguments, Limits limits) {
        Arguments.Bound bound = arguments.bind(0, "reverse", "case_sensitive", "attribute");
        Object attribute = bound.get(2);
        List<?> paths = Values.isText(attribute)
                ? TextFilters.parts(Values.plainText(attribute), ',')
                : Arrays.asList(attribute);
        return Sorting.sorted(
                Values.iterate(value, limits),
                bound.integer(0, 0) != 0,
                element -> {
                    List<@Nullable Object> keys = new ArrayList<>();
                    for (Object path : paths) {
                        keys.add(key(element, path, null, bound.isTrue(1), limits));
                    }
                    return keys;
                },
                limits);
    }

    private static @Nullable Object key(
            @Nullable Object element,
            @Nullable Object path,
            @Nullable Object absent,
            boolean isCaseSensitive,
            Limits limits) {
        Object key = SequenceFilters.path(element, path, absent, limits);
        return isCaseSensitive ? key : ignoreCase(key, limits);
    }

    private static @Nullable Object ignoreCase(@Nullable Object key, Limits limits) {
        if (!Values.isText(key)) {
            return key;
        }
        String text = Values.plainText(key);
        limits.makeText(text.length());
        return LetterCase.lower(text);
    }

    static List<@Nullable Object> dictsort(@Nullable Object value, Arguments arguments, Limits limits) {
        Arguments.Bound bound = arguments.bind(0, "case_sensitive", "by", "reverse");
        Object by = bound.get(1, "key");
        if (!"key".equals(by) && !"value".equals(by)) {
            throw new EvaluationException("dictsort by " + Repr.of(by, limits) + "; it must be by key or value");
        }
        return Sorting.sorted(
                Access.items(SequenceFilters.dict("dictsort", value)),
                bound.integer(2, 0) != 0,
                item -> {
                    Object key = ((Tuple) Objects.requireNonNull(item)).get("key".equals(by) ? 0 : 1);
                    return bound.isTrue(0) ? key : ignoreCase(key, limits);
                },
                limits);
    }

    static List<@Nullable Object> groupBy(@Nullable Object value, Arguments arguments, Limits limits) {
        Arguments.Bound bound = arguments.bind(1, "attribute", "default", "case_sensitive");
        Sorting.Key key = element -> key(element, bound.get(0), bound.get(1), bound.isTrue(2), limits);
        List<@Nullable Object> groups = new ArrayList<>();
        List<@Nullable Object> group = new ArrayList<>();
        Object groupKey = null;
        for (Object element : Sorting.sorted(Values.iterate(value, limits), false, key, limits)) {
            Object elementKey = key.of(element);
            if (group.isEmpty() || !Values.equal(groupKey, elementKey, limits)) {
                group = new ArrayList<>();
                groups.add(Tuple.group(
                        Arrays.asList(SequenceFilters.path(element, bound.get(0), bound.get(1), limits), group)));
                groupKey = elementKey;
            }
            group.add(element);
        }
        return groups;
    }

    static @Nullable Object extreme(@Nullable Object value, Arguments arguments, int sign, Limits limits) {
        Arguments.Bound bound = arguments.bind(0, "case_sensitive", "attribute");
        List<?> elements = Values.iterate(value, limits);
        if (elements.isEmpty()) {
            return new Undefined("the extreme of no elements");
        }
        Object best = elements.get(0);
        Object bestKey = key(best, bound.get(1), null, bound.isTrue(0), limits);
        for (Object element : elements.subList(1, elements.size())) {
            Object key = key(element, bound.get(1), null, bound.isTrue(0), limits);
            if (Values.compare(key, bestKey, limits) * sign > 0) {
                best = element;
                bestKey = key;
            }
        }
        return best;
    }

    static Iterator unique(@Nullable Object value, Arguments arguments, Limits limits) {
        Arguments.Bound bound = arguments.bind(0, "case_sensitive", "attribute");
        List<?> elements = Values.iterate(value, limits);
        if (elements.size() > MAX_UNIQUE) {
            throw new EvaluationException("unique of more than " + MAX_UNIQUE + " elements");
        }
        Set<@Nullable Object> seen = new HashSet<>();
        List<@Nullable Object> unique = new ArrayList<>();
        for (Object element : elements) {
            Object key = Keys.check(key(element, bound.get(1), null, bound.isTrue(0), limits));
            limits.read(key instanceof String text ? text.length() : 0);
            if (seen.add(canonical(key))) {
                unique.add(element);
            }
        }
        return new Iterator(unique);
    }

    /** Returns the same object for equal numbers. */
    private static @Nullable Object canonical(@Nullable Object key) {
        if (Values.isInteger(key)) {
            return Values.toLong(key);
        }
        boolean isWhole = key instanceof Double number && number == Math.rint(number) && Math.abs(number) < 0x1p63;
        return isWhole ? (Object) (long) Values.toDouble(key) : key;
    }
}
