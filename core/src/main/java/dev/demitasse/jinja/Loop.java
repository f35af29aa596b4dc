package dev.demitasse.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The variable {@code loop}. */
final class Loop implements Function, HasAttributes {
    /** Renders the body of a recursive loop for other elements. */
    interface Recursion {
        Object render(@Nullable Object elements, int depth);
    }

    private final List<@Nullable Object> elements;
    private final int depth;
    private final @Nullable Recursion recursion;
    private final Limits limits;
    private int index;
    private @Nullable Tuple lastChanged;

    /**
     * Creates the variable for the first element.
     *
     * @param depth 0 for a loop that no recursion has started
     * @param recursion null if the loop is not recursive
     */
    Loop(List<@Nullable Object> elements, int depth, @Nullable Recursion recursion, Limits limits) {
        this.elements = elements;
        this.depth = depth;
        this.recursion = recursion;
        this.limits = limits;
    }

    void moveTo(int newIndex) {
        index = newIndex;
    }

    long length() {
        return elements.size();
    }

    @Override
    public @Nullable Object attribute(String name) {
        int size = elements.size();
        return switch (name) {
            case "index" -> index + 1L;
            case "index0" -> (long) index;
            case "revindex" -> (long) size - index;
            case "revindex0" -> size - index - 1L;
            case "first" -> index == 0;
            case "last" -> index == size - 1;
            case "length" -> (long) size;
            case "depth" -> depth + 1L;
            case "depth0" -> (long) depth;
            case "cycle" -> (Function) this::cycle;
            case "changed" -> (Function) this::changed;
            default -> null;
        };
    }

    /** Returns {@code previtem} or {@code nextitem}, which may be None. */
    @Nullable
    Object neighbor(String name) {
        int at = name.equals("previtem") ? index - 1 : index + 1;
        return at >= 0 && at < elements.size() ? elements.get(at) : new Undefined("loop." + name);
    }

    private @Nullable Object cycle(Arguments arguments) {
        List<@Nullable Object> values = arguments.positional();
        if (values.isEmpty() || !arguments.named().isEmpty()) {
            throw new EvaluationException("loop.cycle needs values");
        }
        return values.get(index % values.size());
    }

    private Object changed(Arguments arguments) {
        Tuple values = new Tuple(arguments.positional());
        boolean changed = lastChanged == null || !Values.equal(lastChanged, values, limits);
        lastChanged = values;
        return changed;
    }

    @Override
    public Object call(Arguments arguments) {
        if (recursion == null) {
            throw new EvaluationException("a loop can only be called if it is marked \"recursive\"");
        }
        return recursion.render(arguments.bind(1, "iterable").get(0), depth + 1);
    }

    @Override
    public String toString() {
        return "<LoopContext " + (index + 1) + "/" + elements.size() + ">";
    }
}
