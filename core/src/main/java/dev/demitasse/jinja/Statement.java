package dev.demitasse.jinja;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A statement of a template. */
sealed interface Statement {
    /** Returns the line that errors name; 0 if that is the line of the enclosing statement. */
    default int line() {
        return 0;
    }

    record Text(String text) implements Statement {}

    record Output(Expression value, int line) implements Statement {}

    record If(Expression condition, List<Statement> then, List<Statement> otherwise, int line) implements Statement {}

    /**
     * A loop.
     *
     * @param filter the condition of the elements to visit, or null to visit all
     */
    record For(
            Target target,
            Expression iterable,
            @Nullable Expression filter,
            boolean isRecursive,
            List<Statement> body,
            List<Statement> otherwise,
            int line)
            implements Statement {}

    record Assign(Target target, Expression value, int line) implements Statement {}

    /**
     * Runs statements, and outputs or assigns their text.
     *
     * @param target the variable to set, or null to output the text
     * @param value the text to use, in which the variable {@link #CAPTURED} is the output of the statements
     */
    record Capture(@Nullable Target target, Expression value, List<Statement> body, int line) implements Statement {
        /** Not a name that a template can write. */
        static final String CAPTURED = "(captured)";
    }

    record DefineMacro(String name, MacroDefinition macro) implements Statement {}

    /** Outputs the result of a macro to which the body is passed as {@code caller}. */
    record CallBlock(Expression.Call call, MacroDefinition caller, int line) implements Statement {}

    /** Runs statements with variables of their own; the values don't see each other. */
    record With(List<Target> targets, List<Expression> values, List<Statement> body, int line) implements Statement {}

    record Break() implements Statement {}

    record Continue() implements Statement {}

    /**
     * A macro.
     *
     * @param name null for the body of a call block
     * @param defaults the defaults of the parameters that have one
     * @param specials the names among {@code caller}, {@code kwargs} and {@code varargs} that the body uses
     */
    record MacroDefinition(
            @Nullable String name,
            List<String> parameters,
            Map<String, Expression> defaults,
            List<Statement> body,
            Set<String> specials) {}

    /** The left side of an assignment. */
    sealed interface Target {
        record Name(String name) implements Target {}

        /** A field of a namespace. */
        record Field(String namespace, String name) implements Target {}

        record Several(List<Target> targets) implements Target {}
    }
}
