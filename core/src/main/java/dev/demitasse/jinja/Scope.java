package dev.demitasse.jinja;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The variables of a block; lookups fall back to the enclosing scope. */
final class Scope {
    private final @Nullable Scope parent;
    private @Nullable Map<String, @Nullable Object> variables;

    Scope(@Nullable Scope parent) {
        this.parent = parent;
    }

    @Nullable
    Object get(String name) {
        for (Scope scope = this; scope != null; scope = scope.parent) {
            if (scope.variables != null && scope.variables.containsKey(name)) {
                return scope.variables.get(name);
            }
        }
        return new Undefined(name);
    }

    void set(String name, @Nullable Object value) {
        if (variables == null) {
            variables = new HashMap<>();
        }
        variables.put(name, value);
    }
}
