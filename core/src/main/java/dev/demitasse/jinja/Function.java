package dev.demitasse.jinja;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A macro, a built-in function or a bound method. */
interface Function {
    @Nullable
    Object call(List<@Nullable Object> positional, Map<String, @Nullable Object> named) throws EvaluationException;
}
