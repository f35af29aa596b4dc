package dev.demitasse.jinja;

import dev.demitasse.jinja.Expression.CallArguments;
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
        try {
            limits.enter();
            Object value = compute(expression, scope);
            limits.leave();
            return value;
        } catch (EvaluationException e) {
            throw expression.line() == 0 ? e : new TemplateException(expression.line(), e.getMessage());
        }
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
            return Access.attribute(evaluate(attribute.object(), scope), attribute.name(), limits);
        } else if (expression instanceof Expression.Item item) {
            return Access.item(evaluate(item.object(), scope), evaluate(item.key(), scope), limits);
        } else if (expression instanceof Expression.Slice slice) {
            return slice(slice, scope);
        } else if (expression instanceof Expression.Call call) {
            return call(call, Map.of(), scope);
        } else if (expression instanceof Expression.Filter filter) {
            Object value = evaluate(filter.value(), scope);
            return Filters.apply(filter.name(), value, arguments(filter.arguments(), scope), limits);
        } else if (expression instanceof Expression.Test test) {
            Object value = evaluate(test.value(), scope);
            return Tests.test(test.name(), value, arguments(test.arguments(), scope), limits) != test.negated();
        } else if (expression instanceof Expression.Unary unary) {
            Object operand = evaluate(unary.operand(), scope);
            return unary.operator().equals("not")
                    ? !Values.isTrue(operand)
                    : Arithmetic.sign(unary.operator(), operand);
        } else if (expression instanceof Expression.Comparison comparison) {
            return compare(comparison, scope);
        } else if (expression instanceof Expression.Concatenation concatenation) {
            return TextSplit.join("", evaluateAll(concatenation.parts(), scope), false, limits);
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

    private Arguments arguments(CallArguments arguments, Scope scope) {
        return arguments(arguments, Map.of(), scope);
    }

    private Arguments arguments(CallArguments arguments, Map<String, Object> more, Scope scope) {
        List<@Nullable Object> positional = evaluateAll(arguments.positional(), scope);
        Map<String, @Nullable Object> named = new LinkedHashMap<>();
        for (Map.Entry<String, Expression> entry : arguments.named().entrySet()) {
            named.put(entry.getKey(), evaluate(entry.getValue(), scope));
        }
        named.putAll(more);
        if (arguments.list() != null) {
            positional.addAll(Values.iterate(evaluate(arguments.list(), scope), limits));
        }
        if (arguments.dict() != null) {
            if (!(evaluate(arguments.dict(), scope) instanceof Map<?, ?> map)) {
                throw new EvaluationException("** needs a dict");
            }
            limits.steps(map.size());
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                String name = Values.plainText(entry.getKey());
                if (named.containsKey(name)) {
                    throw new EvaluationException("argument \"" + name + "\" is given twice");
                }
                named.put(name, entry.getValue());
            }
        }
        return new Arguments(positional, named);
    }

    private Map<@Nullable Object, @Nullable Object> map(Expression.MapOf map, Scope scope) {
        Map<@Nullable Object, @Nullable Object> values = new LinkedHashMap<>();
        boolean isInput = false;
        for (int i = 0; i < map.keys().size(); i++) {
            Object key = evaluate(map.keys().get(i), scope);
            if (key instanceof Markup) {
                throw EvaluationException.unsupported("use as the key of a dict", key);
            }
            isInput |= key instanceof MarkedText;
            values.put(Keys.find(values, Keys.check(key)), evaluate(map.values().get(i), scope));
        }
        return isInput ? new InputMap(values) : values;
    }

    private @Nullable Object conditional(Expression.Conditional choice, Scope scope) {
        if (Values.isTrue(evaluate(choice.condition(), scope))) {
            return evaluate(choice.then(), scope);
        }
        return choice.otherwise() == null ? new Undefined("inline if") : evaluate(choice.otherwise(), scope);
    }

    private @Nullable Object slice(Expression.Slice slice, Scope scope) {
        Object object = evaluate(slice.object(), scope);
        Object from = optional(slice.from(), scope);
        Object to = optional(slice.to(), scope);
        return Access.slice(object, from, to, optional(slice.step(), scope), limits);
    }

    private @Nullable Object optional(@Nullable Expression expression, Scope scope) {
        return expression == null ? null : evaluate(expression, scope);
    }

    /**
     * Evaluates a call.
     *
     * @param more further named arguments
     */
    @Nullable
    Object call(Expression.Call call, Map<String, Object> more, Scope scope) {
        Object function = evaluate(call.function(), scope);
        if (!(function instanceof Function callable)) {
            throw new EvaluationException(Values.typeName(function) + " can't be called");
        }
        return callable.call(arguments(call.arguments(), more, scope));
    }

    private @Nullable Object binary(Expression.Binary binary, Scope scope) {
        Object left = evaluate(binary.left(), scope);
        return switch (binary.operator()) {
            case "and" -> Values.isTrue(left) ? evaluate(binary.right(), scope) : left;
            case "or" -> Values.isTrue(left) ? left : evaluate(binary.right(), scope);
            default -> Arithmetic.apply(binary.operator(), left, evaluate(binary.right(), scope), limits);
        };
    }

    private boolean compare(Expression.Comparison comparison, Scope scope) {
        Object left = evaluate(comparison.operands().get(0), scope);
        for (int i = 0; i < comparison.operators().size(); i++) {
            Object right = evaluate(comparison.operands().get(i + 1), scope);
            if (!compare(comparison.operators().get(i), left, right)) {
                return false;
            }
            left = right;
        }
        return true;
    }

    private boolean compare(String operator, @Nullable Object left, @Nullable Object right) {
        return switch (operator) {
            case "==" -> Values.equal(left, right, limits);
            case "!=" -> !Values.equal(left, right, limits);
            case "in" -> Values.contains(right, left, limits);
            case "not in" -> !Values.contains(right, left, limits);
            default -> Values.ordered(operator, left, right, limits);
        };
    }
}
