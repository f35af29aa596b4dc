package dev.demitasse.chat;

import dev.demitasse.chat.Expression.Arguments;
import dev.demitasse.chat.Values.Failure;
import dev.demitasse.chat.Values.Undefined;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs one rendering. */
final class Interpreter {
    /** A macro or built-in function. */
    interface Function {
        @Nullable
        Object call(List<@Nullable Object> positional, Map<String, @Nullable Object> named) throws Failure;
    }

    /** Jinja's {@code namespace}: the only thing a template may change. */
    record Namespace(Map<String, @Nullable Object> fields) {}

    private enum Flow {
        NEXT,
        BREAK,
        CONTINUE
    }

    private static final int MAX_STEPS = 4_000_000;
    private static final int MAX_OUTPUT = 1 << 24;
    private static final int MAX_CALLS = 20;
    private static final int MAX_DEPTH = 500;
    private static final int MAX_RANGE = 100_000;

    private Scope scope;
    private StringBuilder out = new StringBuilder();
    private int steps;
    private int calls;
    private int depth;

    Interpreter(Map<String, @Nullable Object> context, LocalTime now) {
        Scope builtIns = new Scope(null);
        builtIns.set("raise_exception", (Function) (positional, named) -> {
            throw new Failure(Values.text(positional.isEmpty() ? "" : positional.get(0)));
        });
        builtIns.set("strftime_now", (Function) (positional, named) -> now.format(Methods.string(positional.get(0))));
        builtIns.set("range", (Function) (positional, named) -> range(positional));
        builtIns.set("namespace", (Function) (positional, named) -> new Namespace(new HashMap<>(named)));
        builtIns.set("dict", (Function) (positional, named) -> new LinkedHashMap<>(named));
        scope = new Scope(builtIns);
        context.forEach(scope::set);
    }

    String render(List<Node> nodes) {
        run(nodes);
        return out.toString();
    }

    private Flow run(List<Node> nodes) {
        for (Node node : nodes) {
            Flow flow = run(node);
            if (flow != Flow.NEXT) {
                return flow;
            }
        }
        return Flow.NEXT;
    }

    private Flow run(Node node) {
        step(0);
        if (node instanceof Node.Text text) {
            append(text.text());
        } else if (node instanceof Node.Output output) {
            append(Values.text(charged(evaluate(output.value()))));
        } else if (node instanceof Node.If choice) {
            return run(Values.isTrue(evaluate(choice.condition())) ? choice.then() : choice.otherwise());
        } else if (node instanceof Node.For loop) {
            return runFor(loop);
        } else if (node instanceof Node.Set set) {
            assign(set);
        } else if (node instanceof Node.SetBlock block) {
            scope.set(block.target(), capture(block.body()));
        } else if (node instanceof Node.Macro macro) {
            scope.set(macro.name(), macro(macro, scope));
        } else if (node instanceof Node.Group group) {
            return run(group.body());
        } else {
            return node instanceof Node.Break ? Flow.BREAK : Flow.CONTINUE;
        }
        return Flow.NEXT;
    }

    private Flow runFor(Node.For loop) {
        List<@Nullable Object> elements = new ArrayList<>();
        Scope outer = scope;
        for (Object element : iterate(evaluate(loop.iterable()), loop.line())) {
            step(loop.line());
            if (loop.filter() != null) {
                scope = new Scope(outer);
                bind(loop.targets(), element, loop.line());
                boolean kept = Values.isTrue(evaluate(loop.filter()));
                scope = outer;
                if (!kept) {
                    continue;
                }
            }
            elements.add(element);
        }
        if (elements.isEmpty()) {
            return run(loop.otherwise());
        }
        for (int i = 0; i < elements.size(); i++) {
            scope = new Scope(outer);
            scope.set("loop", loopVariables(elements, i));
            bind(loop.targets(), elements.get(i), loop.line());
            Flow flow = run(loop.body());
            scope = outer;
            if (flow == Flow.BREAK) {
                break;
            }
        }
        return Flow.NEXT;
    }

    private static Map<String, @Nullable Object> loopVariables(List<@Nullable Object> elements, int i) {
        int count = elements.size();
        Map<String, @Nullable Object> loop = new HashMap<>();
        loop.put("index", i + 1L);
        loop.put("index0", (long) i);
        loop.put("revindex", (long) count - i);
        loop.put("revindex0", count - i - 1L);
        loop.put("first", i == 0);
        loop.put("last", i == count - 1);
        loop.put("length", (long) count);
        loop.put("previtem", i > 0 ? elements.get(i - 1) : new Undefined("loop.previtem"));
        loop.put("nextitem", i + 1 < count ? elements.get(i + 1) : new Undefined("loop.nextitem"));
        loop.put("cycle", (Function) (positional, named) -> positional.get(i % positional.size()));
        return loop;
    }

    private void assign(Node.Set set) {
        Object value = evaluate(set.value());
        if (set.attribute() == null) {
            bind(set.targets(), value, set.line());
        } else if (scope.get(set.targets().get(0)) instanceof Namespace namespace) {
            namespace.fields().put(set.attribute(), value);
        } else {
            throw new TemplateException(set.line(), set.targets().get(0) + " is not a namespace");
        }
    }

    private void bind(List<String> targets, @Nullable Object value, int line) {
        if (targets.size() == 1) {
            scope.set(targets.get(0), value);
            return;
        }
        List<?> parts = iterate(value, line);
        if (parts.size() != targets.size()) {
            throw new TemplateException(line, parts.size() + " values for " + targets.size() + " names");
        }
        for (int i = 0; i < parts.size(); i++) {
            scope.set(targets.get(i), parts.get(i));
        }
    }

    private Function macro(Node.Macro macro, Scope definedIn) {
        return (positional, named) -> {
            if (++calls > MAX_CALLS) {
                throw new Failure("calls nested deeper than " + MAX_CALLS);
            }
            if (positional.size() > macro.parameters().size()) {
                throw new Failure("macro " + macro.name() + " takes at most "
                        + macro.parameters().size() + " arguments");
            }
            Scope caller = scope;
            scope = new Scope(definedIn);
            for (int i = 0; i < macro.parameters().size(); i++) {
                String parameter = macro.parameters().get(i);
                Expression absent = macro.defaults().get(parameter);
                if (i < positional.size()) {
                    scope.set(parameter, positional.get(i));
                } else if (named.containsKey(parameter)) {
                    scope.set(parameter, named.get(parameter));
                } else {
                    scope.set(parameter, absent == null ? new Undefined(parameter) : evaluate(absent));
                }
            }
            String result = capture(macro.body());
            scope = caller;
            calls--;
            return result;
        };
    }

    private String capture(List<Node> body) {
        StringBuilder outer = out;
        out = new StringBuilder();
        run(body);
        String text = out.toString();
        out = outer;
        return text;
    }

    private @Nullable Object evaluate(Expression expression) {
        step(0);
        if (++depth > MAX_DEPTH) {
            throw new TemplateException(0, "expressions nested deeper than " + MAX_DEPTH);
        }
        Object value = compute(expression);
        depth--;
        return value;
    }

    private @Nullable Object compute(Expression expression) {
        if (expression instanceof Expression.Literal literal) {
            return literal.value();
        } else if (expression instanceof Expression.Variable variable) {
            return scope.get(variable.name());
        } else if (expression instanceof Expression.ListOf list) {
            return evaluateAll(list.elements());
        } else if (expression instanceof Expression.TupleOf tuple) {
            return new Tuple(evaluateAll(tuple.elements()));
        } else if (expression instanceof Expression.MapOf map) {
            Map<@Nullable Object, @Nullable Object> values = new LinkedHashMap<>();
            for (int i = 0; i < map.keys().size(); i++) {
                values.put(evaluate(map.keys().get(i)), evaluate(map.values().get(i)));
            }
            return values;
        } else if (expression instanceof Expression.Conditional choice) {
            if (Values.isTrue(evaluate(choice.condition()))) {
                return evaluate(choice.then());
            }
            return choice.otherwise() == null ? new Undefined("inline if") : evaluate(choice.otherwise());
        } else if (expression instanceof Expression.Attribute attribute) {
            return guarded(
                    attribute.line(),
                    () -> Methods.attribute(chargedText(evaluate(attribute.object())), attribute.name()));
        } else if (expression instanceof Expression.Item item) {
            return guarded(item.line(), () -> Methods.item(chargedText(evaluate(item.object())), evaluate(item.key())));
        } else if (expression instanceof Expression.Slice slice) {
            return guarded(
                    slice.line(),
                    () -> Methods.slice(
                            charged(evaluate(slice.object())),
                            optional(slice.from()),
                            optional(slice.to()),
                            optional(slice.step())));
        } else if (expression instanceof Expression.Call call) {
            return call(call);
        } else if (expression instanceof Expression.Filter filter) {
            return filter(filter);
        } else if (expression instanceof Expression.Test test) {
            Object holds = guarded(
                    test.line(),
                    () -> Filters.test(test.name(), charged(evaluate(test.value())), evaluateAll(test.arguments())));
            return Values.isTrue(holds) != test.negated();
        } else if (expression instanceof Expression.Unary unary) {
            return unary(unary);
        } else if (expression instanceof Expression.Comparison comparison) {
            return compare(comparison);
        }
        return binary((Expression.Binary) expression);
    }

    private @Nullable Object optional(@Nullable Expression expression) {
        return expression == null ? null : evaluate(expression);
    }

    private List<@Nullable Object> evaluateAll(List<Expression> expressions) {
        List<@Nullable Object> values = new ArrayList<>();
        for (Expression expression : expressions) {
            values.add(evaluate(expression));
        }
        return values;
    }

    private Map<String, @Nullable Object> evaluateNamed(Arguments arguments) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        arguments.named().forEach((name, value) -> values.put(name, evaluate(value)));
        return values;
    }

    private @Nullable Object call(Expression.Call call) {
        Object function = evaluate(call.function());
        if (!(function instanceof Function callable)) {
            throw new TemplateException(call.line(), Values.typeName(function) + " can't be called");
        }
        List<@Nullable Object> positional = evaluateAll(call.arguments().positional());
        Map<String, @Nullable Object> named = evaluateNamed(call.arguments());
        charged(positional);
        return charged(guarded(call.line(), () -> callable.call(positional, named)));
    }

    private @Nullable Object filter(Expression.Filter filter) {
        Object value = charged(evaluate(filter.value()));
        List<@Nullable Object> positional = evaluateAll(filter.arguments().positional());
        Map<String, @Nullable Object> named = evaluateNamed(filter.arguments());
        charged(positional);
        return charged(guarded(filter.line(), () -> Filters.apply(filter.name(), value, positional, named)));
    }

    private @Nullable Object unary(Expression.Unary unary) {
        Object operand = evaluate(unary.operand());
        if (unary.operator().equals("not")) {
            return !Values.isTrue(operand);
        }
        return guarded(unary.line(), () -> Values.arithmetic(unary.operator(), 0L, operand));
    }

    private @Nullable Object binary(Expression.Binary binary) {
        Object left = evaluate(binary.left());
        switch (binary.operator()) {
            case "and":
                return Values.isTrue(left) ? evaluate(binary.right()) : left;
            case "or":
                return Values.isTrue(left) ? left : evaluate(binary.right());
            default:
                Object right = charged(evaluate(binary.right()));
                charged(left);
                return charged(guarded(binary.line(), () -> Values.arithmetic(binary.operator(), left, right)));
        }
    }

    private boolean compare(Expression.Comparison comparison) {
        Object left = charged(evaluate(comparison.operands().get(0)));
        for (int i = 0; i < comparison.operators().size(); i++) {
            Object a = left;
            Object b = charged(evaluate(comparison.operands().get(i + 1)));
            String operator = comparison.operators().get(i);
            if (!Values.isTrue(guarded(comparison.line(), () -> Filters.compare(operator, a, b)))) {
                return false;
            }
            left = b;
        }
        return true;
    }

    private static List<?> iterate(@Nullable Object value, int line) {
        try {
            return Methods.iterate(value);
        } catch (Failure e) {
            throw new TemplateException(line, String.valueOf(e.getMessage()));
        }
    }

    private static List<Object> range(List<@Nullable Object> arguments) throws Failure {
        long from = arguments.size() > 1 ? Values.whole(arguments.get(0)) : 0;
        long to = Values.whole(arguments.get(arguments.size() > 1 ? 1 : 0));
        long step = arguments.size() > 2 ? Values.whole(arguments.get(2)) : 1;
        if (step == 0) {
            throw new Failure("range with step 0");
        }
        List<Object> numbers = new ArrayList<>();
        for (long i = from; step > 0 ? i < to : i > to; i += step) {
            if (numbers.size() == MAX_RANGE) {
                throw new Failure("range longer than " + MAX_RANGE);
            }
            numbers.add(i);
        }
        return numbers;
    }

    private interface Guarded {
        @Nullable
        Object run() throws Failure;
    }

    /** Gives failures their line. */
    private static @Nullable Object guarded(int line, Guarded action) {
        try {
            return action.run();
        } catch (Failure e) {
            throw new TemplateException(line, String.valueOf(e.getMessage()));
        } catch (IndexOutOfBoundsException e) {
            throw new TemplateException(line, "an argument is missing");
        }
    }

    private void append(String text) {
        if (out.length() + text.length() > MAX_OUTPUT) {
            throw new TemplateException(0, "output longer than " + MAX_OUTPUT + " characters");
        }
        out.append(text);
    }

    private void step(int line) {
        if (++steps > MAX_STEPS) {
            throw new TemplateException(line, "more than " + MAX_STEPS + " steps");
        }
    }

    /**
     * Counts a value that is about to be read whole, or was just made, as the steps it is worth: values may share parts, so that few
     * steps would make one that takes for ever to print.
     */
    private @Nullable Object charged(@Nullable Object value) {
        if (value instanceof List<?> list) {
            step(0);
            list.forEach(this::charged);
        } else if (value instanceof Map<?, ?> map) {
            step(0);
            map.values().forEach(this::charged);
        } else {
            step(0);
            chargedText(value);
        }
        return value;
    }

    /** Counts a text, and nothing else. */
    private @Nullable Object chargedText(@Nullable Object value) {
        if (value instanceof String text) {
            steps += text.length() / 256;
        }
        return value;
    }

    /** Variables, falling back to the enclosing scope. */
    private static final class Scope {
        private final @Nullable Scope parent;
        private final Map<String, @Nullable Object> variables = new HashMap<>();

        Scope(@Nullable Scope parent) {
            this.parent = parent;
        }

        @Nullable
        Object get(String name) {
            for (Scope scope = this; scope != null; scope = scope.parent) {
                if (scope.variables.containsKey(name)) {
                    return scope.variables.get(name);
                }
            }
            return new Undefined(name);
        }

        void set(String name, @Nullable Object value) {
            variables.put(name, value);
        }
    }
}
