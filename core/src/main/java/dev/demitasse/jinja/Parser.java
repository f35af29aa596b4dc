package dev.demitasse.jinja;

import dev.demitasse.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Parses the statements of a template by recursive descent (grammar: Jinja 3, template designer documentation). */
final class Parser {
    private final TokenStream tokens;
    private final ExpressionParser expressions;

    Parser(List<Token> tokens) {
        this.tokens = new TokenStream(tokens);
        expressions = new ExpressionParser(this.tokens);
    }

    List<Statement> template() {
        List<Statement> statements = body(Set.of());
        if (tokens.peek().kind() != Kind.END) {
            throw tokens.unexpected();
        }
        return statements;
    }

    /** Parses statements up to a tag with a name in {@code ends}, and consumes the start and name of that tag. */
    private List<Statement> body(Set<String> ends) {
        tokens.enter();
        List<Statement> statements = new ArrayList<>();
        while (true) {
            switch (tokens.peek().kind()) {
                case TEXT -> statements.add(new Statement.Text(tokens.next().text()));
                case OUTPUT_START -> {
                    tokens.next();
                    statements.add(new Statement.Output(expressions.tuple()));
                    tokens.expect(Kind.OUTPUT_END);
                }
                case TAG_START -> {
                    boolean isEnd = ends.contains(tokens.peekSecond().text());
                    tokens.next();
                    if (isEnd) {
                        tokens.next();
                        tokens.leave();
                        return statements;
                    }
                    statements.add(tag(tokens.expect(Kind.NAME)));
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

    private Statement tag(Token name) {
        return switch (name.text()) {
            case "if" -> ifTag();
            case "for" -> forTag(name.line());
            case "set" -> setTag(name.line());
            case "macro" -> macroTag();
            case "generation" -> {
                tokens.expect(Kind.TAG_END);
                List<Statement> body = body(Set.of("endgeneration"));
                tokens.expect(Kind.TAG_END);
                yield new Statement.Group(body);
            }
            case "break" -> {
                tokens.expect(Kind.TAG_END);
                yield new Statement.Break();
            }
            case "continue" -> {
                tokens.expect(Kind.TAG_END);
                yield new Statement.Continue();
            }
            default -> throw new TemplateException(name.line(), "tag \"" + name.text() + "\" is not supported");
        };
    }

    private Statement ifTag() {
        Expression condition = expressions.tuple();
        tokens.expect(Kind.TAG_END);
        List<Statement> then = body(Set.of("elif", "else", "endif"));
        String end = tokens.previous().text();
        List<Statement> otherwise = List.of();
        if (end.equals("elif")) {
            tokens.enter();
            Statement next = ifTag();
            tokens.leave();
            return new Statement.If(condition, then, List.of(next));
        }
        if (end.equals("else")) {
            tokens.expect(Kind.TAG_END);
            otherwise = body(Set.of("endif"));
        }
        tokens.expect(Kind.TAG_END);
        return new Statement.If(condition, then, otherwise);
    }

    private Statement forTag(int line) {
        List<String> targets = targets();
        tokens.expectName("in");
        Expression iterable = expressions.disjunction();
        Expression filter = null;
        if (tokens.acceptName("if")) {
            filter = expressions.expression();
        }
        tokens.expect(Kind.TAG_END);
        List<Statement> body = body(Set.of("else", "endfor"));
        List<Statement> otherwise = List.of();
        if (tokens.previous().text().equals("else")) {
            tokens.expect(Kind.TAG_END);
            otherwise = body(Set.of("endfor"));
        }
        tokens.expect(Kind.TAG_END);
        return new Statement.For(targets, iterable, filter, body, otherwise, line);
    }

    private Statement setTag(int line) {
        List<String> targets = targets();
        String attribute = null;
        if (tokens.accept(".")) {
            attribute = tokens.expect(Kind.NAME).text();
        }
        if (tokens.accept("=")) {
            Expression value = expressions.tuple();
            tokens.expect(Kind.TAG_END);
            return new Statement.Set(targets, attribute, value, line);
        }
        if (attribute != null || targets.size() != 1) {
            throw tokens.error("\"=\" expected");
        }
        tokens.expect(Kind.TAG_END);
        List<Statement> body = body(Set.of("endset"));
        tokens.expect(Kind.TAG_END);
        return new Statement.SetBlock(targets.get(0), body);
    }

    private Statement macroTag() {
        String name = tokens.expect(Kind.NAME).text();
        List<String> parameters = new ArrayList<>();
        Map<String, Expression> defaults = new LinkedHashMap<>();
        tokens.expect("(");
        while (!tokens.accept(")")) {
            String parameter = tokens.expect(Kind.NAME).text();
            parameters.add(parameter);
            if (tokens.accept("=")) {
                defaults.put(parameter, expressions.expression());
            }
            if (!tokens.isNext(")")) {
                tokens.expect(",");
            }
        }
        tokens.expect(Kind.TAG_END);
        List<Statement> body = body(Set.of("endmacro"));
        if (tokens.peek().kind() == Kind.NAME) {
            tokens.next();
        }
        tokens.expect(Kind.TAG_END);
        return new Statement.Macro(name, parameters, defaults, body);
    }

    private List<String> targets() {
        List<String> names = new ArrayList<>();
        boolean bracketed = tokens.accept("(");
        do {
            names.add(tokens.expect(Kind.NAME).text());
        } while (tokens.accept(","));
        if (bracketed) {
            tokens.expect(")");
        }
        return names;
    }
}
