package dev.demitasse.jinja;

import dev.demitasse.jinja.Statement.Target;
import java.util.ArrayList;
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
    private final Macro.Body macroBody = new Macro.Body() {
        @Override
        public @Nullable Object evaluate(Expression expression, Scope of) {
            return evaluator.evaluate(expression, of);
        }

        @Override
        public Object render(List<Statement> statements, Scope of) {
            limits.enterCall();
            Object text = capture(statements, of);
            limits.leaveCall();
            return text;
        }
    };
    private Scope scope;
    private TextBuilder out = new TextBuilder();

    Interpreter(Map<String, @Nullable Object> variables, LocalTime now) {
        scope = new Scope(Builtins.scope(now, limits));
        for (Map.Entry<String, @Nullable Object> variable : variables.entrySet()) {
            scope.set(variable.getKey(), variable.getValue());
        }
    }

    MarkedText render(List<Statement> statements) {
        try {
            run(statements);
        } catch (EvaluationException e) {
            throw new TemplateException(1, e.getMessage()); // a limit, at text outside of tags
        }
        return MarkedText.from(out.toValue());
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
        try {
            limits.enter();
            Flow flow = execute(statement);
            limits.leave();
            return flow;
        } catch (EvaluationException e) {
            throw statement.line() == 0 ? e : new TemplateException(statement.line(), e.getMessage());
        }
    }

    private Flow execute(Statement statement) {
        if (statement instanceof Statement.Text text) {
            append(text.text());
        } else if (statement instanceof Statement.Output output) {
            append(Values.marked(evaluate(output.value()), limits));
        } else if (statement instanceof Statement.If choice) {
            return run(Values.isTrue(evaluate(choice.condition())) ? choice.then() : choice.otherwise());
        } else if (statement instanceof Statement.For loop) {
            return runFor(loop, evaluate(loop.iterable()), 0);
        } else if (statement instanceof Statement.Assign set) {
            assign(set.target(), evaluate(set.value()));
        } else if (statement instanceof Statement.Capture block) {
            runCapture(block);
        } else if (statement instanceof Statement.DefineMacro macro) {
            scope.set(macro.name(), new Macro(macro.macro(), scope, macroBody));
        } else if (statement instanceof Statement.CallBlock block) {
            Macro caller = new Macro(block.caller(), scope, macroBody);
            Object text = evaluator.call(block.call(), Map.of("caller", caller), scope);
            append(Values.marked(text, limits));
        } else if (statement instanceof Statement.With with) {
            return runWith(with);
        } else {
            return statement instanceof Statement.Break ? Flow.BREAK : Flow.CONTINUE;
        }
        return Flow.NEXT;
    }

    private Flow runFor(Statement.For loop, @Nullable Object iterable, int depth) {
        Scope outer = scope;
        List<@Nullable Object> elements = new ArrayList<>();
        for (Object element : Values.iterate(iterable, limits)) {
            if (loop.filter() != null) {
                scope = new Scope(outer);
                assign(loop.target(), element);
                boolean isKept = Values.isTrue(evaluate(loop.filter()));
                scope = outer;
                if (!isKept) {
                    continue;
                }
            }
            elements.add(element);
        }
        Loop variable = new Loop(
                elements, depth, loop.isRecursive() ? (of, next) -> recur(loop, of, next, outer) : null, limits);
        // As in Jinja, "else" also runs if "break" or "continue" has ended each iteration.
        boolean isComplete = false;
        for (int i = 0; i < elements.size(); i++) {
            limits.step();
            variable.moveTo(i);
            scope = new Scope(outer);
            scope.set("loop", variable);
            assign(loop.target(), elements.get(i));
            Flow flow = run(loop.body());
            isComplete |= flow == Flow.NEXT;
            if (flow == Flow.BREAK) {
                break;
            }
        }
        Flow flow = Flow.NEXT;
        if (!isComplete) {
            scope = new Scope(outer);
            flow = run(loop.otherwise());
        }
        scope = outer;
        return flow;
    }

    private Object recur(Statement.For loop, @Nullable Object elements, int depth, Scope loopScope) {
        Scope caller = scope;
        TextBuilder outer = out;
        scope = loopScope;
        out = new TextBuilder();
        limits.enterCall();
        runFor(loop, elements, depth);
        limits.leaveCall();
        Object text = out.toValue();
        out = outer;
        scope = caller;
        return text;
    }

    private void runCapture(Statement.Capture block) {
        Scope captured = new Scope(scope);
        captured.set(Statement.Capture.CAPTURED, capture(block.body(), new Scope(scope)));
        Object value = evaluator.evaluate(block.value(), captured);
        if (block.target() == null) {
            append(value);
        } else {
            assign(block.target(), value);
        }
    }

    private Flow runWith(Statement.With with) {
        Scope outer = scope;
        List<@Nullable Object> values = new ArrayList<>();
        for (Expression value : with.values()) {
            values.add(evaluate(value));
        }
        scope = new Scope(outer);
        for (int i = 0; i < values.size(); i++) {
            assign(with.targets().get(i), values.get(i));
        }
        Flow flow = run(with.body());
        scope = outer;
        return flow;
    }

    private void assign(Target target, @Nullable Object value) {
        if (target instanceof Target.Name name) {
            scope.set(name.name(), value);
        } else if (target instanceof Target.Field field) {
            if (!(scope.get(field.namespace()) instanceof Namespace namespace)) {
                throw new EvaluationException(field.namespace() + " is not a namespace");
            }
            namespace.set(field.name(), value);
        } else {
            List<Target> targets = ((Target.Several) target).targets();
            List<?> parts = Values.iterate(value, limits);
            if (parts.size() != targets.size()) {
                throw new EvaluationException(parts.size() + " values for " + targets.size() + " names");
            }
            for (int i = 0; i < parts.size(); i++) {
                assign(targets.get(i), parts.get(i));
            }
        }
    }

    /** Returns the output of statements instead of appending it. */
    private Object capture(List<Statement> body, Scope of) {
        Scope outerScope = scope;
        TextBuilder outer = out;
        scope = of;
        out = new TextBuilder();
        run(body);
        Object text = out.toValue();
        out = outer;
        scope = outerScope;
        return text;
    }

    private @Nullable Object evaluate(Expression expression) {
        return evaluator.evaluate(expression, scope);
    }

    private void append(@Nullable Object text) {
        int length = Values.plainText(text).length();
        if (out.length() + length > MAX_OUTPUT) {
            throw new EvaluationException("output longer than " + MAX_OUTPUT + " characters");
        }
        limits.makeText(length);
        out.append(text);
    }
}
