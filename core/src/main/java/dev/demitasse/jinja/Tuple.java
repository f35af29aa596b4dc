package dev.demitasse.jinja;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's tuple: prints with parentheses and is never equal to a list. */
final class Tuple extends AbstractList<@Nullable Object> {
    private final List<@Nullable Object> elements;
    private final boolean isGroup;

    Tuple(List<? extends @Nullable Object> elements) {
        this(elements, false);
    }

    private Tuple(List<? extends @Nullable Object> elements, boolean isGroup) {
        this.elements = new ArrayList<>(elements);
        this.isGroup = isGroup;
    }

    /** Returns an element of the result of {@code groupby}: a tuple with the attributes {@code grouper} and {@code list}. */
    static Tuple group(List<? extends @Nullable Object> grouperAndList) {
        return new Tuple(grouperAndList, true);
    }

    boolean isGroup() {
        return isGroup;
    }

    @Override
    public @Nullable Object get(int index) {
        return elements.get(index);
    }

    @Override
    public int size() {
        return elements.size();
    }
}
