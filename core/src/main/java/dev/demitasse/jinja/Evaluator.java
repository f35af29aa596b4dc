package dev.demitasse.jinja;

import dev.demitasse.jinja.Expression.Arguments;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Evaluates expressions. */
final class Evaluator {
    private final Limits limits;

    Evaluator(Limits limits) {
        this.limits = limits;
    }

    @Nullable
    Object evaluate(Expression expression, Scope scope) {
        limits.step(0);
        limits.enterExpression();
        Object value = compute(expression, scope);
        limits.leaveExpression();
        return value;
    }

    private @Nullable Object compute(Expression expression, Scope scope) {
        if (expression instanceof Expression.Literal literal) {
            return literal.value();
        } else if (expression instanceof Expression.Variable variable) {
            return scope.get(variable.name());
        } else if (expression instanceof Expression.ListOf list) {
            return evaluateAll(list.elements(), scope);
        } else if (expression instanceof Expression.TupleOf tuple) {
            return new Tuple(evaluateAll(tuple.elements(), scope));
        } else if (expression instanceof Expression.MapOf map) {
            return map(map, scope);
        } else if (expression instanceof Expression.Conditional choice) {
            return conditional(choice, scope);
        } else if (expression instanceof Expression.Attribute attribute) {
            return atLine(
                    attribute.line(),
                    () -> Access.attribute(limits.chargeText(evaluate(attribute.object(), scope)), attribute.name()));
        } else if (expression instanceof Expression.Item item) {
            return atLine(
                    item.line(),
                    () -> Access.item(limits.chargeText(evaluate(item.object(), scope)), evaluate(item.key(), scope)));
        } else if (expression instanceof Expression.Slice slice) {
            return slice(slice, scope);
        } else if (expression instanceof Expression.Call call) {
            return call(call, scope);
        } else if (expression instanceof Expression.Filter filter) {
            return filter(filter, scope);
        } else if (expression instanceof Expression.Test test) {
            return test(test, scope);
        } else if (expression instanceof Expression.Unary unary) {
            return unary(unary, scope);
        } else if (expression instanceof Expression.Comparison comparison) {
            return compare(comparison, scope);
        }
        return binary((Expression.Binary) expression, scope);
    }

    private List<@Nullable Object> evaluateAll(List<Expression> expressions, Scope scope) {
        List<@Nullable Object> values = new ArrayList<>();
        for (Expression expression : expressions) {
            values.add(evaluate(expression, scope));
        }
        return values;
    }

    private Map<String, @Nullable Object> evaluateNamed(Arguments arguments, Scope scope) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        arguments.named().forEach((name, value) -> values.put(name, evaluate(value, scope)));
        return values;
    }

    private Map<@Nullable Object, @Nullable Object> map(Expression.MapOf map, Scope scope) {
        Map<@Nullable Object, @Nullable Object> values = new LinkedHashMap<>();
        for (int i = 0; i < map.keys().size(); i++) {
            values.put(evaluate(map.keys().get(i), scope), evaluate(map.values().get(i), scope));
        }
        return values;
    }

    private @Nullable Object conditional(Expression.Conditional choice, Scope scope) {
        if (Values.isTrue(evaluate(choice.condition(), scope))) {
            return evaluate(choice.then(), scope);
        }
        return choice.otherwise() == null ? new Undefined("inline if") : evaluate(choice.otherwise(), scope);
    }

    private @Nullable Object slice(Expression.Slice slice, Scope scope) {
        return atLine(
                slice.line(),
                () -> Access.slice(
                        limits.charge(evaluate(slice.object(), scope)),
                        optional(slice.from(), scope),
                        optional(slice.to(), scope),
                        optional(slice.step(), scope)));
    }

    private @Nullable Object optional(@Nullable Expression expression, Scope scope) {
        return expression == null ? null : evaluate(expression, scope);
    }

    private @Nullable Object call(Expression.Call call, Scope scope) {
        Object function = evaluate(call.function(), scope);
        if (!(function instanceof Function callable)) {
            throw new TemplateException(call.line(), Values.typeName(function) + " can't be called");
        }
        List<@Nullable Object> positional = evaluateAll(call.arguments().positional(), scope);
        Map<String, @Nullable Object> named = evaluateNamed(call.arguments(), scope);
        limits.charge(positional);
        return limits.charge(atLine(call.line(), () -> callable.call(positional, named)));
    }

    private @Nullable Object filter(Expression.Filter filter, Scope scope) {
        Object value = limits.charge(evaluate(filter.value(), scope));
        List<@Nullable Object> positional = evaluateAll(filter.arguments().positional(), scope);
        Map<String, @Nullable Object> named = evaluateNamed(filter.arguments(), scope);
        limits.charge(positional);
        return limits.charge(atLine(filter.line(), () -> Filters.apply(filter.name(), value, positional, named)));
    }

    private boolean test(Expression.Test test, Scope scope) {
        Object holds = atLine(
                test.line(),
                () -> Tests.test(
                        test.name(),
                        limits.charge(evaluate(test.value(), scope)),
                        evaluateAll(test.arguments(), scope)));
        return Values.isTrue(holds) != test.negated();
    }

    private @Nullable Object unary(Expression.Unary unary, Scope scope) {
        Object operand = evaluate(unary.operand(), scope);
        if (unary.operator().equals("not")) {
            return !Values.isTrue(operand);
        }
        return atLine(unary.line(), () -> Arithmetic.apply(unary.operator(), 0L, operand));
    }

    private @Nullable Object binary(Expression.Binary binary, Scope scope) {
        Object left = evaluate(binary.left(), scope);
        switch (binary.operator()) {
            case "and":
                return Values.isTrue(left) ? evaluate(binary.right(), scope) : left;
            case "or":
                return Values.isTrue(left) ? left : evaluate(binary.right(), scope);
            default:
                Object right = limits.charge(evaluate(binary.right(), scope));
                limits.charge(left);
                return limits.charge(atLine(binary.line(), () -> Arithmetic.apply(binary.operator(), left, right)));
        }
    }

    private boolean compare(Expression.Comparison comparison, Scope scope) {
        Object left = limits.charge(evaluate(comparison.operands().get(0), scope));
        for (int i = 0; i < comparison.operators().size(); i++) {
            Object a = left;
            Object b = limits.charge(evaluate(comparison.operands().get(i + 1), scope));
            String operator = comparison.operators().get(i);
            if (!Values.isTrue(atLine(comparison.line(), () -> Tests.compare(operator, a, b)))) {
                return false;
            }
            left = b;
        }
        return true;
    }

    private interface Action {
        @Nullable
        Object run() throws EvaluationException;
    }

    /** Runs an action, and adds the line to an error. */
    private static @Nullable Object atLine(int line, Action action) {
        try {
            return action.run();
        } catch (EvaluationException e) {
            throw new TemplateException(line, String.valueOf(e.getMessage()));
        } catch (IndexOutOfBoundsException e) {
            throw new TemplateException(line, "an argument is missing");
        }
    }
}
