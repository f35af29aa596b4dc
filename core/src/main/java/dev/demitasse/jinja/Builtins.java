package dev.demitasse.jinja;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The functions that every template can call. */
final class Builtins {
    private static final int MAX_RANGE = 100_000;

    private Builtins() {}

    static Scope scope(LocalTime now) {
        Scope scope = new Scope(null);
        scope.set("raise_exception", (Function) (positional, named) -> {
            throw new EvaluationException(Values.text(positional.isEmpty() ? "" : positional.get(0)));
        });
        scope.set("strftime_now", (Function) (positional, named) -> now.format(Values.string(positional.get(0))));
        scope.set("range", (Function) (positional, named) -> range(positional));
        scope.set("namespace", (Function) (positional, named) -> new Namespace(new HashMap<>(named)));
        scope.set("dict", (Function) (positional, named) -> new LinkedHashMap<>(named));
        return scope;
    }

    private static List<Object> range(List<@Nullable Object> arguments) throws EvaluationException {
        long from = arguments.size() > 1 ? Values.toLong(arguments.get(0)) : 0;
        long to = Values.toLong(arguments.get(arguments.size() > 1 ? 1 : 0));
        long step = arguments.size() > 2 ? Values.toLong(arguments.get(2)) : 1;
        if (step == 0) {
            throw new EvaluationException("range with step 0");
        }
        List<Object> numbers = new ArrayList<>();
        for (long i = from; step > 0 ? i < to : i > to; i += step) {
            if (numbers.size() == MAX_RANGE) {
                throw new EvaluationException("range longer than " + MAX_RANGE);
            }
            numbers.add(i);
        }
        return numbers;
    }
}
