package dev.demitasse.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The result of filters such as {@code map} and {@code select}: it has no length or indices, and can be read once. */
final class Iterator {
    private final List<@Nullable Object> elements;
    private int position;

    Iterator(List<@Nullable Object> elements) {
        this.elements = elements;
    }

    /** Returns the elements that are left, and removes them. */
    List<@Nullable Object> takeAll() {
        List<@Nullable Object> left = elements.subList(position, elements.size());
        position = elements.size();
        return left;
    }

    boolean hasNext() {
        return position < elements.size();
    }

    @Nullable
    Object next() {
        return elements.get(position++);
    }
}
