package dev.demitasse.jinja;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Merge sort with a comparison that can fail. It is stable in both directions, as in Python. */
final class Sorting {
    private record Keyed(@Nullable Object element, @Nullable Object key) {}

    interface Key {
        @Nullable
        Object of(@Nullable Object element);
    }

    private Sorting() {}

    static List<@Nullable Object> sorted(List<?> elements, boolean reverse, Key key, Limits limits) {
        limits.makeList(elements.size());
        List<Keyed> keyed = new ArrayList<>();
        for (Object element : elements) {
            keyed.add(new Keyed(element, key.of(element)));
        }
        List<@Nullable Object> sorted = new ArrayList<>();
        for (Keyed element : sort(keyed, reverse, limits)) {
            sorted.add(element.element());
        }
        return sorted;
    }

    private static List<Keyed> sort(List<Keyed> elements, boolean reverse, Limits limits) {
        int size = elements.size();
        if (size < 2) {
            return elements;
        }
        List<Keyed> left = sort(elements.subList(0, size / 2), reverse, limits);
        List<Keyed> right = sort(elements.subList(size / 2, size), reverse, limits);
        List<Keyed> merged = new ArrayList<>(size);
        int i = 0;
        int j = 0;
        while (i < left.size() && j < right.size()) {
            int order = Values.compare(left.get(i).key(), right.get(j).key(), limits);
            merged.add((reverse ? order >= 0 : order <= 0) ? left.get(i++) : right.get(j++));
        }
        merged.addAll(left.subList(i, left.size()));
        merged.addAll(right.subList(j, right.size()));
        return merged;
    }
}
