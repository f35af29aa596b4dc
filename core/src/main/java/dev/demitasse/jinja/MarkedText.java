package dev.demitasse.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A text of which parts come from an input: a message, a tool, … As the value of a variable it behaves as any text, and what a template
 * makes of it is marked as well, so that the template's own text can be told from the rest of a prompt.
 *
 * @param text the whole text
 * @param inputs start and end of each part that comes from an input, in ascending order
 */
public record MarkedText(String text, int[] inputs) {
    static final int[] NONE = {};

    /** Returns a text that comes from an input as a whole; the empty text as it is. */
    public static Object input(String text) {
        return of(text, text.isEmpty() ? NONE : new int[] {0, text.length()});
    }

    /** Returns a text with its marks, or as it is if there are none. */
    static Object of(String text, int[] inputs) {
        return inputs.length == 0 ? text : new MarkedText(text, inputs);
    }

    /** Returns a String or MarkedText as a MarkedText. */
    public static MarkedText from(Object text) {
        return text instanceof MarkedText marked ? marked : new MarkedText((String) text, NONE);
    }

    /** Marks all texts of a value as JSON, and the keys of its objects. */
    public static @Nullable Object mark(@Nullable Object value) {
        if (value instanceof String text) {
            return input(text);
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> marked = new ArrayList<>();
            for (Object element : list) {
                marked.add(mark(element));
            }
            return marked;
        }
        if (value instanceof Map<?, ?> map) {
            Map<@Nullable Object, @Nullable Object> marked = new LinkedHashMap<>();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                marked.put(entry.getKey(), mark(entry.getValue()));
            }
            return new InputMap(marked);
        }
        return value;
    }

    /** Returns texts, each a String or MarkedText, one after the other. */
    public static MarkedText concat(List<?> texts) {
        TextBuilder all = new TextBuilder();
        for (Object text : texts) {
            all.append(text);
        }
        return from(all.toValue());
    }

    /** Returns the marks of a text. */
    static int[] inputs(@Nullable Object text) {
        return text instanceof MarkedText marked
                ? marked.inputs
                : text instanceof Markup markup ? markup.inputs() : NONE;
    }

    /** Returns a part of a text, with its marks. */
    static Object part(@Nullable Object text, int start, int end) {
        return new TextBuilder().append(text, start, end).toValue();
    }

    /**
     * Returns a text that has replaced another. If it has the same length, characters are replaced one by one; otherwise all of it counts
     * as input if a part does.
     */
    static Object changed(@Nullable Object before, String text) {
        int[] inputs = inputs(before);
        return text.length() == Values.plainText(before).length() || inputs.length == 0
                ? of(text, inputs)
                : input(text);
    }

    /** Marks a result as a whole if a value or argument that it is made of may come from an input. */
    static @Nullable Object spread(@Nullable Object result, @Nullable Object value, Arguments arguments) {
        boolean mayBeInput = mayBeInput(value);
        for (Object argument : arguments.positional()) {
            mayBeInput |= mayBeInput(argument);
        }
        for (Object argument : arguments.named().values()) {
            mayBeInput |= mayBeInput(argument);
        }
        if (!mayBeInput) {
            return result;
        }
        if (result instanceof Markup markup) {
            return Markup.of(input(markup.text()));
        }
        return result instanceof String text ? input(text) : result;
    }

    /** Returns whether a value has a part that comes from an input. Lists, dicts and the like are not searched: they may. */
    static boolean mayBeInput(@Nullable Object value) {
        if (Values.isText(value)) {
            return inputs(value).length > 0;
        }
        return !(value == null || Values.isNumber(value) || value instanceof Undefined || value instanceof Function);
    }
}
