package dev.demitasse.jinja;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The arguments of a call of a function, method, filter or test. */
record Arguments(List<@Nullable Object> positional, Map<String, @Nullable Object> named) {
    static final Arguments NONE = new Arguments(List.of(), Map.of());

    /** The arguments of a call by the parameters of the function. */
    record Bound(String[] names, @Nullable Object[] values, boolean[] given) {
        /** Returns an argument, or null if it is absent. */
        @Nullable
        Object get(int i) {
            return values[i];
        }

        @Nullable
        Object get(int i, @Nullable Object absent) {
            return given[i] ? values[i] : absent;
        }

        boolean isTrue(int i) {
            return Values.isTrue(values[i]);
        }

        /** Returns an argument that must be an integer. */
        long integer(int i, long absent) {
            return given[i] ? Values.integer(values[i]) : absent;
        }
    }

    /**
     * Assigns the arguments to parameters as Python does.
     *
     * @param required how many of the first parameters have no default
     * @throws EvaluationException if an argument is missing, unknown or given twice; the message names it
     */
    Bound bind(int required, String... names) {
        if (positional.size() > names.length) {
            throw new EvaluationException(
                    "at most " + names.length + " arguments are expected, not " + positional.size());
        }
        @Nullable Object[] values = new @Nullable Object[names.length];
        boolean[] given = new boolean[names.length];
        for (int i = 0; i < positional.size(); i++) {
            values[i] = positional.get(i);
            given[i] = true;
        }
        for (Map.Entry<String, @Nullable Object> entry : named.entrySet()) {
            int i = List.of(names).indexOf(entry.getKey());
            if (i < 0 || given[i]) {
                throw new EvaluationException(
                        "argument \"" + entry.getKey() + "\" is " + (i < 0 ? "not supported" : "given twice"));
            }
            values[i] = entry.getValue();
            given[i] = true;
        }
        for (int i = 0; i < required; i++) {
            if (!given[i]) {
                throw new EvaluationException("argument \"" + names[i] + "\" is missing");
            }
        }
        return new Bound(names, values, given);
    }

    /** Assigns arguments that must be positional, as those of most of Python's built-in methods. */
    Bound bindPositional(int required, String... names) {
        if (!named.isEmpty()) {
            throw new EvaluationException("arguments by name are not supported here");
        }
        return bind(required, names);
    }

    /** Returns the arguments after the first {@code count} positional ones. */
    Arguments after(int count) {
        return new Arguments(positional.subList(count, positional.size()), named);
    }
}
