package dev.demitasse.jinja;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A dict whose keys come from an input. */
public final class InputMap extends LinkedHashMap<@Nullable Object, @Nullable Object> {
    private static final long serialVersionUID = 1;

    public InputMap(Map<?, ?> map) {
        super(map);
    }

    /** Returns a key of a dict as a value, marked if the dict comes from an input. */
    static @Nullable Object key(Map<?, ?> map, @Nullable Object key) {
        return map instanceof InputMap && key instanceof String text ? MarkedText.input(text) : key;
    }

    /** Returns a copy of a dict, which comes from an input if the dict does. */
    static Map<@Nullable Object, @Nullable Object> copy(Map<?, ?> map) {
        return map instanceof InputMap ? new InputMap(map) : new LinkedHashMap<>(map);
    }
}
