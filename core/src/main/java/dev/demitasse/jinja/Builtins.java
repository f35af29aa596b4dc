package dev.demitasse.jinja;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The functions that every template can call. */
final class Builtins {
    /** Name of the function that renders the body of the tag {@code generation}. Not a name that a template can write. */
    static final String CALL_BODY = "(call body)";

    private Builtins() {}

    static Scope scope(LocalTime now, Limits limits) {
        Scope scope = new Scope(null);
        scope.set("raise_exception", (Function) arguments -> {
            throw new EvaluationException(
                    Values.text(arguments.bind(1, "message").get(0), limits));
        });
        scope.set("strftime_now", (Function) arguments -> {
            String format = Values.plainText(arguments.bind(1, "format").get(0));
            limits.makeText(4L * format.length());
            return now.format(format);
        });
        scope.set("range", (Function) Builtins::range);
        scope.set("dict", (Function) arguments -> dict(arguments, limits));
        scope.set("namespace", (Function) arguments -> {
            Namespace namespace = new Namespace();
            for (Map.Entry<?, ?> entry : dict(arguments, limits).entrySet()) {
                namespace.set(Values.plainText(entry.getKey()), entry.getValue());
            }
            return namespace;
        });
        scope.set("cycler", (Function) arguments -> new Cycler(arguments));
        scope.set("joiner", (Function) arguments -> new Joiner(arguments));
        scope.set("lipsum", (Function) arguments -> {
            throw new EvaluationException("lipsum is not supported: its text is random");
        });
        scope.set("self", (HasAttributes) name -> null);
        scope.set(CALL_BODY, (Function) arguments -> {
            Object body = arguments.bind(1, "caller").get(0);
            return body instanceof Macro macro ? macro.call(Arguments.NONE) : "";
        });
        return scope;
    }

    private static Object range(Arguments arguments) {
        Arguments.Bound bound = arguments.bindPositional(1, "start", "stop", "step");
        return arguments.positional().size() == 1
                ? new Range(0, bound.integer(0, 0), 1)
                : new Range(bound.integer(0, 0), bound.integer(1, 0), bound.integer(2, 1));
    }

    /** Returns a dict of another one, or of pairs, and of named values. */
    private static Map<@Nullable Object, @Nullable Object> dict(Arguments arguments, Limits limits) {
        Map<@Nullable Object, @Nullable Object> dict = new LinkedHashMap<>();
        boolean isInput = false;
        if (arguments.positional().size() > 1) {
            throw new EvaluationException("at most 1 argument is expected, besides those by name");
        }
        for (Object from : arguments.positional()) {
            List<?> pairs = from instanceof Map<?, ?> map ? Access.items(map) : Values.iterate(from, limits);
            limits.makeList(pairs.size());
            for (Object pair : pairs) {
                List<?> both = Values.iterate(pair, limits);
                if (both.size() != 2) {
                    throw new EvaluationException("a dict is made of pairs");
                }
                isInput |= both.get(0) instanceof MarkedText;
                dict.put(Keys.find(dict, Keys.check(both.get(0))), both.get(1));
            }
        }
        dict.putAll(arguments.named());
        return isInput ? new InputMap(dict) : dict;
    }

    /** Jinja's {@code cycler}. */
    private static final class Cycler implements HasAttributes {
        private final List<@Nullable Object> values;
        private int position;

        Cycler(Arguments arguments) {
            values = arguments.positional();
            if (values.isEmpty() || !arguments.named().isEmpty()) {
                throw new EvaluationException("cycler needs values");
            }
        }

        @Override
        public @Nullable Object attribute(String name) {
            return switch (name) {
                case "current" -> values.get(position);
                case "pos" -> (long) position;
                case "items" -> new Tuple(values);
                case "next" ->
                    (Function) arguments -> {
                        arguments.bind(0);
                        Object value = values.get(position);
                        position = (position + 1) % values.size();
                        return value;
                    };
                case "reset" ->
                    (Function) arguments -> {
                        arguments.bind(0);
                        position = 0;
                        return null;
                    };
                default -> null;
            };
        }
    }

    /** Jinja's {@code joiner}: empty the first time, then a separator. */
    private static final class Joiner implements Function, HasAttributes {
        private final @Nullable Object separator;
        private boolean isUsed;

        Joiner(Arguments arguments) {
            separator = arguments.bind(0, "sep").get(0, ", ");
        }

        @Override
        public @Nullable Object call(Arguments arguments) {
            arguments.bind(0);
            Object text = isUsed ? separator : "";
            isUsed = true;
            return text;
        }

        @Override
        public @Nullable Object attribute(String name) {
            return name.equals("sep") ? separator : name.equals("used") ? (Object) isUsed : null;
        }
    }
}
