package dev.demitasse.jinja;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A macro, or the {@code caller} of a call block. */
final class Macro implements Function, HasAttributes {
    /** Evaluates defaults and renders the body. */
    interface Body {
        @Nullable
        Object evaluate(Expression expression, Scope scope);

        Object render(List<Statement> statements, Scope scope);
    }

    private final Statement.MacroDefinition definition;
    private final Scope definedIn;
    private final Body body;

    Macro(Statement.MacroDefinition definition, Scope definedIn, Body body) {
        this.definition = definition;
        this.definedIn = definedIn;
        this.body = body;
    }

    @Override
    public Object call(Arguments arguments) {
        List<@Nullable Object> positional = arguments.positional();
        Map<String, @Nullable Object> left = new LinkedHashMap<>(arguments.named());
        List<String> parameters = definition.parameters();
        Scope scope = new Scope(definedIn);
        for (int i = 0; i < parameters.size(); i++) {
            String name = parameters.get(i);
            if (i < positional.size()) {
                scope.set(name, positional.get(i));
            } else if (left.containsKey(name)) {
                scope.set(name, left.remove(name));
            } else {
                Expression absent = definition.defaults().get(name);
                scope.set(name, absent == null ? new Undefined(name) : body.evaluate(absent, scope));
            }
        }
        bindSpecials(positional, left, scope);
        return body.render(definition.body(), scope);
    }

    private void bindSpecials(List<@Nullable Object> positional, Map<String, @Nullable Object> left, Scope scope) {
        if (uses("caller")) {
            Object caller = left.remove("caller");
            scope.set("caller", caller == null ? new Undefined("caller") : caller);
        }
        if (uses("kwargs")) {
            scope.set("kwargs", left);
        } else if (!left.isEmpty()) {
            throw new EvaluationException(
                    this + " takes no argument \"" + left.keySet().iterator().next() + "\"");
        }
        int count = definition.parameters().size();
        if (uses("varargs")) {
            scope.set("varargs", new Tuple(positional.subList(Math.min(count, positional.size()), positional.size())));
        } else if (positional.size() > count) {
            throw new EvaluationException(this + " takes at most " + count + " arguments");
        }
    }

    /** Returns whether the body uses a special variable that is no parameter. */
    private boolean uses(String special) {
        return definition.specials().contains(special)
                && !definition.parameters().contains(special);
    }

    @Override
    public @Nullable Object attribute(String name) {
        return switch (name) {
            case "name" -> definition.name();
            case "arguments" -> new Tuple(definition.parameters());
            case "catch_kwargs" -> uses("kwargs");
            case "catch_varargs" -> uses("varargs");
            case "caller" -> uses("caller");
            default -> null;
        };
    }

    @Override
    public String toString() {
        return definition.name() == null ? "<Macro anonymous>" : "<Macro '" + definition.name() + "'>";
    }
}
