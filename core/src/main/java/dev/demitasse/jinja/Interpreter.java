package dev.demitasse.jinja;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs the statements of one rendering. */
final class Interpreter {
    private enum Flow {
        NEXT,
        BREAK,
        CONTINUE
    }

    private static final int MAX_OUTPUT = 1 << 24;

    private final Limits limits = new Limits();
    private final Evaluator evaluator = new Evaluator(limits);
    private Scope scope;
    private StringBuilder out = new StringBuilder();

    Interpreter(Map<String, @Nullable Object> variables, LocalTime now) {
        scope = new Scope(Builtins.scope(now));
        variables.forEach(scope::set);
    }

    String render(List<Statement> statements) {
        run(statements);
        return out.toString();
    }

    private Flow run(List<Statement> statements) {
        for (Statement statement : statements) {
            Flow flow = run(statement);
            if (flow != Flow.NEXT) {
                return flow;
            }
        }
        return Flow.NEXT;
    }

    private Flow run(Statement statement) {
        limits.step(0);
        if (statement instanceof Statement.Text text) {
            append(text.text());
        } else if (statement instanceof Statement.Output output) {
            append(Values.text(limits.charge(evaluate(output.value()))));
        } else if (statement instanceof Statement.If choice) {
            return run(Values.isTrue(evaluate(choice.condition())) ? choice.then() : choice.otherwise());
        } else if (statement instanceof Statement.For loop) {
            return runFor(loop);
        } else if (statement instanceof Statement.Set set) {
            assign(set);
        } else if (statement instanceof Statement.SetBlock block) {
            scope.set(block.target(), capture(block.body()));
        } else if (statement instanceof Statement.Macro macro) {
            scope.set(macro.name(), macro(macro, scope));
        } else if (statement instanceof Statement.Group group) {
            return run(group.body());
        } else {
            return statement instanceof Statement.Break ? Flow.BREAK : Flow.CONTINUE;
        }
        return Flow.NEXT;
    }

    private Flow runFor(Statement.For loop) {
        List<@Nullable Object> elements = new ArrayList<>();
        Scope outer = scope;
        for (Object element : iterate(evaluate(loop.iterable()), loop.line())) {
            limits.step(loop.line());
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

    private void assign(Statement.Set set) {
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

    private static List<?> iterate(@Nullable Object value, int line) {
        try {
            return Access.iterate(value);
        } catch (EvaluationException e) {
            throw new TemplateException(line, String.valueOf(e.getMessage()));
        }
    }

    private Function macro(Statement.Macro macro, Scope definedIn) {
        return (positional, named) -> {
            limits.enterCall();
            List<String> parameters = macro.parameters();
            if (positional.size() > parameters.size()) {
                throw new EvaluationException(
                        "macro " + macro.name() + " takes at most " + parameters.size() + " arguments");
            }
            Scope caller = scope;
            scope = new Scope(definedIn);
            for (int i = 0; i < parameters.size(); i++) {
                String parameter = parameters.get(i);
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
            limits.leaveCall();
            return result;
        };
    }

    /** Returns the output of statements instead of appending it. */
    private String capture(List<Statement> body) {
        StringBuilder outer = out;
        out = new StringBuilder();
        run(body);
        String text = out.toString();
        out = outer;
        return text;
    }

    private @Nullable Object evaluate(Expression expression) {
        return evaluator.evaluate(expression, scope);
    }

    private void append(String text) {
        if (out.length() + text.length() > MAX_OUTPUT) {
            throw new TemplateException(0, "output longer than " + MAX_OUTPUT + " characters");
        }
        out.append(text);
    }
}
