package dev.demitasse.jinja;

import dev.demitasse.jinja.Statement.Capture;
import dev.demitasse.jinja.Statement.MacroDefinition;
import dev.demitasse.jinja.Statement.Target;
import dev.demitasse.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses the statements of a template by recursive descent (grammar: Jinja 3, template designer documentation). */
final class Parser {
    private static final Set<String> CONSTANTS = Set.of("true", "True", "false", "False", "none", "None");

    private final TokenStream tokens;
    private final ExpressionParser expressions;
    private int loops;

    Parser(List<Token> tokens) {
        this.tokens = new TokenStream(tokens);
        expressions = new ExpressionParser(this.tokens);
    }

    List<Statement> template() {
        List<Statement> statements = statements(Set.of());
        if (tokens.peek().kind() != Kind.END) {
            throw tokens.unexpected();
        }
        return statements;
    }

    /** Parses the end of a tag and statements up to a tag with a name in {@code ends}, whose name it consumes. */
    private List<Statement> body(String... ends) {
        tokens.accept(":");
        tokens.expect(Kind.TAG_END);
        return statements(Set.of(ends));
    }

    /** Parses a body that is rendered on its own, so that it can't leave the loop around it. */
    private List<Statement> outsideLoops(String end) {
        int outer = loops;
        loops = 0;
        List<Statement> body = body(end);
        loops = outer;
        return body;
    }

    private List<Statement> statements(Set<String> ends) {
        tokens.enter();
        List<Statement> statements = new ArrayList<>();
        while (true) {
            switch (tokens.peek().kind()) {
                case TEXT -> statements.add(new Statement.Text(tokens.next().text()));
                case OUTPUT_START -> {
                    int line = tokens.next().line();
                    statements.add(new Statement.Output(expressions.tuple(), line));
                    tokens.expect(Kind.OUTPUT_END);
                }
                case TAG_START -> {
                    tokens.next();
                    Token name = tokens.expect(Kind.NAME);
                    if (ends.contains(name.text())) {
                        tokens.leave();
                        return statements;
                    }
                    statements.add(tag(name));
                    tokens.expect(Kind.TAG_END);
                }
                default -> {
                    if (!ends.isEmpty()) {
                        throw tokens.error("one of " + ends + " is missing");
                    }
                    tokens.leave();
                    return statements;
                }
            }
        }
    }

    /** Parses a statement from after the name of its tag to before the end of its last tag. */
    private Statement tag(Token name) {
        int line = name.line();
        return switch (name.text()) {
            case "if" -> ifTag(line);
            case "for" -> forTag(line);
            case "set" -> setTag(line);
            case "macro" -> macroTag();
            case "call" -> callTag(line);
            case "filter" -> {
                Expression value =
                        expressions.filterChain(expressions.filter(new Expression.Variable(Capture.CAPTURED)));
                yield new Capture(null, value, outsideLoops("endfilter"), line);
            }
            case "with" -> withTag(line);
            case "autoescape" -> {
                if (!tokens.acceptName("false") && !tokens.acceptName("False")) {
                    throw tokens.error("tag \"autoescape\" is only supported with false");
                }
                yield new Statement.With(List.of(), List.of(), body("endautoescape"), line);
            }
            case "generation" -> {
                // Hugging Face's extension makes it a call block.
                Expression function = new Expression.Variable(Builtins.CALL_BODY);
                Expression.Call call = new Expression.Call(function, Expression.CallArguments.NONE, line);
                yield new Statement.CallBlock(call, macro(null, List.of(), Map.of(), "endgeneration"), line);
            }
            case "print" -> new Statement.Output(printed(), line);
            case "break", "continue" -> {
                if (loops == 0) {
                    throw new TemplateException(line, "tag \"" + name.text() + "\" outside of a loop");
                }
                yield name.text().equals("break") ? new Statement.Break() : new Statement.Continue();
            }
            default -> throw new TemplateException(line, "tag \"" + name.text() + "\" is not supported");
        };
    }

    private Expression printed() {
        List<Expression> parts = new ArrayList<>();
        while (tokens.peek().kind() != Kind.TAG_END) {
            if (!parts.isEmpty()) {
                tokens.expect(",");
            }
            parts.add(expressions.expression());
        }
        return new Expression.Concatenation(parts, 0);
    }

    private Statement ifTag(int line) {
        Expression condition = expressions.tupleWithoutCondition();
        List<Statement> then = body("elif", "else", "endif");
        Token end = tokens.previous();
        List<Statement> otherwise = List.of();
        if (end.text().equals("elif")) {
            tokens.enter();
            otherwise = List.of(ifTag(end.line()));
            tokens.leave();
        } else if (end.text().equals("else")) {
            otherwise = body("endif");
        }
        return new Statement.If(condition, then, otherwise, line);
    }

    private Statement forTag(int line) {
        Target target = target(false);
        tokens.expectName("in");
        Expression iterable = expressions.tupleWithoutCondition();
        Expression filter = tokens.acceptName("if") ? expressions.expression() : null;
        boolean isRecursive = tokens.acceptName("recursive");
        loops++;
        List<Statement> body = body("else", "endfor");
        loops--;
        List<Statement> otherwise = tokens.previous().text().equals("else") ? body("endfor") : List.of();
        return new Statement.For(target, iterable, filter, isRecursive, body, otherwise, line);
    }

    private Statement setTag(int line) {
        Target target = target(true);
        if (tokens.accept("=")) {
            return new Statement.Assign(target, expressions.tuple(), line);
        }
        Expression value = expressions.filterChain(new Expression.Variable(Capture.CAPTURED));
        return new Capture(target, value, outsideLoops("endset"), line);
    }

    private Statement macroTag() {
        String name = name();
        Map<String, Expression> defaults = new LinkedHashMap<>();
        List<String> parameters = parameters(defaults);
        return new Statement.DefineMacro(name, macro(name, parameters, defaults, "endmacro"));
    }

    private Statement callTag(int line) {
        Map<String, Expression> defaults = new LinkedHashMap<>();
        List<String> parameters = tokens.isNext("(") ? parameters(defaults) : List.of();
        if (!(expressions.expression() instanceof Expression.Call call)) {
            throw tokens.error("tag \"call\" needs a call");
        }
        return new Statement.CallBlock(call, macro(null, parameters, defaults, "endcall"), line);
    }

    private List<String> parameters(Map<String, Expression> defaults) {
        List<String> parameters = new ArrayList<>();
        tokens.expect("(");
        while (!tokens.accept(")")) {
            String parameter = name();
            if (parameters.contains(parameter)) {
                throw tokens.error("parameter \"" + parameter + "\" is there twice");
            }
            parameters.add(parameter);
            if (tokens.accept("=")) {
                defaults.put(parameter, expressions.expression());
            } else if (!defaults.isEmpty()) {
                throw tokens.error("a parameter without a default after one with a default");
            }
            if (!tokens.isNext(")")) {
                tokens.expect(",");
                if (tokens.isNext(")")) {
                    throw tokens.unexpected();
                }
            }
        }
        return parameters;
    }

    private MacroDefinition macro(
            @Nullable String name, List<String> parameters, Map<String, Expression> defaults, String end) {
        if (parameters.contains("caller") && !defaults.containsKey("caller")) {
            throw tokens.error("parameter \"caller\" needs a default");
        }
        Set<String> outer = expressions.startSpecials();
        List<Statement> body = outsideLoops(end);
        return new MacroDefinition(name, parameters, defaults, body, expressions.endSpecials(outer));
    }

    private Statement withTag(int line) {
        List<Target> targets = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (tokens.peek().kind() != Kind.TAG_END && !tokens.isNext(":")) {
            if (!targets.isEmpty()) {
                tokens.expect(",");
            }
            targets.add(target(false));
            tokens.expect("=");
            values.add(expressions.expression());
        }
        return new Statement.With(targets, values, body("endwith"), line);
    }

    /** Parses the left side of an assignment: names, or tuples of names. */
    private Target target(boolean withFields) {
        List<Target> targets = new ArrayList<>();
        boolean isTuple = false;
        do {
            if (isTuple && tokens.isNext(")")) {
                break;
            }
            if (tokens.accept("(")) {
                tokens.enter();
                targets.add(target(withFields));
                tokens.leave();
                tokens.expect(")");
            } else {
                String name = name();
                boolean isField = withFields && tokens.accept(".");
                targets.add(
                        isField
                                ? new Target.Field(
                                        name, tokens.expect(Kind.NAME).text())
                                : new Target.Name(name));
            }
            isTuple |= tokens.isNext(",");
        } while (tokens.accept(","));
        return isTuple ? new Target.Several(targets) : targets.get(0);
    }

    private String name() {
        Token token = tokens.expect(Kind.NAME);
        if (CONSTANTS.contains(token.text())) {
            throw new TemplateException(token.line(), "can't assign to " + token.text());
        }
        return token.text();
    }
}
