package dev.demitasse.jinja;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An expression of a template. */
sealed interface Expression {
    /** Returns the line that errors name; 0 if that is the line of the enclosing expression or statement. */
    default int line() {
        return 0;
    }

    record Literal(@Nullable Object value) implements Expression {}

    record Variable(String name) implements Expression {}

    record ListOf(List<Expression> elements) implements Expression {}

    record TupleOf(List<Expression> elements) implements Expression {}

    record MapOf(List<Expression> keys, List<Expression> values) implements Expression {}

    record Attribute(Expression object, String name, int line) implements Expression {}

    record Item(Expression object, Expression key, int line) implements Expression {}

    record Slice(
            Expression object,
            @Nullable Expression from,
            @Nullable Expression to,
            @Nullable Expression step,
            int line) implements Expression {}

    record Call(Expression function, CallArguments arguments, int line) implements Expression {}

    record Filter(Expression value, String name, CallArguments arguments, int line) implements Expression {}

    record Test(Expression value, String name, CallArguments arguments, boolean negated, int line)
            implements Expression {}

    /** An operator {@code not}, {@code -} or {@code +} before its operand. */
    record Unary(String operator, Expression operand, int line) implements Expression {}

    record Binary(String operator, Expression left, Expression right, int line) implements Expression {}

    /** Texts of values, joined by {@code ~}. */
    record Concatenation(List<Expression> parts, int line) implements Expression {}

    /** A chain such as {@code a < b <= c}. {@code operators.get(i)} stands between operands i and i + 1. */
    record Comparison(List<Expression> operands, List<String> operators, int line) implements Expression {}

    record Conditional(
            Expression condition, Expression then, @Nullable Expression otherwise) implements Expression {}

    /**
     * The arguments of a call.
     *
     * @param list further positional arguments, written {@code *list}
     * @param dict further named arguments, written {@code **dict}
     */
    record CallArguments(
            List<Expression> positional,
            Map<String, Expression> named,
            @Nullable Expression list,
            @Nullable Expression dict) {
        static final CallArguments NONE = new CallArguments(List.of(), Map.of(), null, null);
    }
}
