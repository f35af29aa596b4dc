package dev.demitasse.chat;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Statements of a template. */
sealed interface Node {
    record Text(String text) implements Node {}

    record Output(Expression value) implements Node {}

    record If(Expression condition, List<Node> then, List<Node> otherwise) implements Node {}

    /** @param filter keeps the elements for which it is true */
    record For(
            List<String> targets,
            Expression iterable,
            @Nullable Expression filter,
            List<Node> body,
            List<Node> otherwise,
            int line)
            implements Node {}

    /** @param attribute of a namespace, or null for a plain variable */
    record Set(List<String> targets, @Nullable String attribute, Expression value, int line) implements Node {}

    record SetBlock(String target, List<Node> body) implements Node {}

    record Macro(String name, List<String> parameters, Map<String, Expression> defaults, List<Node> body)
            implements Node {}

    /** A tag that only groups: {@code generation}. */
    record Group(List<Node> body) implements Node {}

    record Break() implements Node {}

    record Continue() implements Node {}
}
