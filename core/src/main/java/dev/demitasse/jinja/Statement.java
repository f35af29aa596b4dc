package dev.demitasse.jinja;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A statement of a template. */
sealed interface Statement {
    record Text(String text) implements Statement {}

    record Output(Expression value) implements Statement {}

    record If(Expression condition, List<Statement> then, List<Statement> otherwise) implements Statement {}

    /**
     * A loop.
     *
     * @param filter the condition of the elements to visit, or null to visit all
     */
    record For(
            List<String> targets,
            Expression iterable,
            @Nullable Expression filter,
            List<Statement> body,
            List<Statement> otherwise,
            int line)
            implements Statement {}

    /**
     * An assignment.
     *
     * @param attribute the namespace attribute to set, or null to set a plain variable
     */
    record Set(List<String> targets, @Nullable String attribute, Expression value, int line) implements Statement {}

    record SetBlock(String target, List<Statement> body) implements Statement {}

    record Macro(String name, List<String> parameters, Map<String, Expression> defaults, List<Statement> body)
            implements Statement {}

    /** A tag that only groups statements: {@code generation}. */
    record Group(List<Statement> body) implements Statement {}

    record Break() implements Statement {}

    record Continue() implements Statement {}
}
