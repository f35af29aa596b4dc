package dev.demitasse.chat;

import dev.demitasse.chat.Expression.Arguments;
import dev.demitasse.chat.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Recursive descent over the grammar of Jinja 3 (template designer documentation; precedence as in its parser). */
final class Parser {
    private static final int MAX_DEPTH = 100;
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

    private final List<Token> tokens;
    private int position;
    private int depth;

    Parser(List<Token> tokens) {
        this.tokens = tokens;
    }

    List<Node> template() {
        List<Node> nodes = body(Set.of());
        if (peek().kind() != Kind.END) {
            throw error("unexpected " + describe());
        }
        return nodes;
    }

    /** Nodes up to a tag whose name is in {@code ends}; the tag's start and name are consumed. */
    private List<Node> body(Set<String> ends) {
        enter();
        List<Node> nodes = new ArrayList<>();
        while (true) {
            Token token = peek();
            switch (token.kind()) {
                case TEXT -> {
                    nodes.add(new Node.Text(next().text()));
                }
                case OUTPUT_START -> {
                    next();
                    nodes.add(new Node.Output(tuple()));
                    expect(Kind.OUTPUT_END);
                }
                case TAG_START -> {
                    Token name = tokens.get(position + 1);
                    if (ends.contains(name.text())) {
                        position += 2;
                        depth--;
                        return nodes;
                    }
                    next();
                    nodes.add(tag(expect(Kind.NAME)));
                }
                default -> {
                    if (!ends.isEmpty()) {
                        throw error("one of " + ends + " is missing");
                    }
                    depth--;
                    return nodes;
                }
            }
        }
    }

    private Node tag(Token name) {
        return switch (name.text()) {
            case "if" -> ifTag();
            case "for" -> forTag(name.line());
            case "set" -> setTag(name.line());
            case "macro" -> macroTag();
            case "generation" -> {
                expect(Kind.TAG_END);
                List<Node> body = body(Set.of("endgeneration"));
                expect(Kind.TAG_END);
                yield new Node.Group(body);
            }
            case "break" -> {
                expect(Kind.TAG_END);
                yield new Node.Break();
            }
            case "continue" -> {
                expect(Kind.TAG_END);
                yield new Node.Continue();
            }
            default -> throw new TemplateException(name.line(), "tag \"" + name.text() + "\" is not supported");
        };
    }

    private Node ifTag() {
        Expression condition = tuple();
        expect(Kind.TAG_END);
        List<Node> then = body(Set.of("elif", "else", "endif"));
        String end = previous().text();
        List<Node> otherwise = List.of();
        if (end.equals("elif")) {
            enter();
            Node next = ifTag();
            depth--;
            return new Node.If(condition, then, List.of(next));
        }
        if (end.equals("else")) {
            expect(Kind.TAG_END);
            otherwise = body(Set.of("endif"));
        }
        expect(Kind.TAG_END);
        return new Node.If(condition, then, otherwise);
    }

    private Node forTag(int line) {
        List<String> targets = targets();
        expectName("in");
        Expression iterable = disjunction();
        Expression filter = null;
        if (acceptName("if")) {
            filter = expression();
        }
        expect(Kind.TAG_END);
        List<Node> body = body(Set.of("else", "endfor"));
        List<Node> otherwise = List.of();
        if (previous().text().equals("else")) {
            expect(Kind.TAG_END);
            otherwise = body(Set.of("endfor"));
        }
        expect(Kind.TAG_END);
        return new Node.For(targets, iterable, filter, body, otherwise, line);
    }

    private Node setTag(int line) {
        List<String> targets = targets();
        String attribute = null;
        if (accept(".")) {
            attribute = expect(Kind.NAME).text();
        }
        if (accept("=")) {
            Expression value = tuple();
            expect(Kind.TAG_END);
            return new Node.Set(targets, attribute, value, line);
        }
        if (attribute != null || targets.size() != 1) {
            throw error("\"=\" expected");
        }
        expect(Kind.TAG_END);
        List<Node> body = body(Set.of("endset"));
        expect(Kind.TAG_END);
        return new Node.SetBlock(targets.get(0), body);
    }

    private Node macroTag() {
        String name = expect(Kind.NAME).text();
        List<String> parameters = new ArrayList<>();
        Map<String, Expression> defaults = new LinkedHashMap<>();
        expect("(");
        while (!accept(")")) {
            String parameter = expect(Kind.NAME).text();
            parameters.add(parameter);
            if (accept("=")) {
                defaults.put(parameter, expression());
            }
            if (!peek().is(Kind.OPERATOR, ")")) {
                expect(",");
            }
        }
        expect(Kind.TAG_END);
        List<Node> body = body(Set.of("endmacro"));
        if (peek().kind() == Kind.NAME) {
            next();
        }
        expect(Kind.TAG_END);
        return new Node.Macro(name, parameters, defaults, body);
    }

    private List<String> targets() {
        List<String> names = new ArrayList<>();
        boolean bracketed = accept("(");
        do {
            names.add(expect(Kind.NAME).text());
        } while (accept(","));
        if (bracketed) {
            expect(")");
        }
        return names;
    }

    /** An expression, or several with commas: a list. */
    private Expression tuple() {
        Expression first = expression();
        if (!peek().is(Kind.OPERATOR, ",")) {
            return first;
        }
        List<Expression> elements = new ArrayList<>(List.of(first));
        while (accept(",")) {
            if (peek().kind() == Kind.TAG_END || peek().kind() == Kind.OUTPUT_END || peek().is(Kind.OPERATOR, ")")) {
                break;
            }
            elements.add(expression());
        }
        return new Expression.TupleOf(elements);
    }

    private Expression expression() {
        enter();
        Expression value = disjunction();
        while (acceptName("if")) {
            Expression condition = disjunction();
            Expression otherwise = acceptName("else") ? expression() : null;
            value = new Expression.Conditional(condition, value, otherwise);
        }
        depth--;
        return value;
    }

    private Expression disjunction() {
        Expression left = conjunction();
        while (peek().is(Kind.NAME, "or")) {
            int line = next().line();
            left = new Expression.Binary("or", left, conjunction(), line);
        }
        return left;
    }

    private Expression conjunction() {
        Expression left = negation();
        while (peek().is(Kind.NAME, "and")) {
            int line = next().line();
            left = new Expression.Binary("and", left, negation(), line);
        }
        return left;
    }

    private Expression negation() {
        if (peek().is(Kind.NAME, "not")) {
            int line = next().line();
            enter();
            Expression operand = negation();
            depth--;
            return new Expression.Unary("not", operand, line);
        }
        return comparison();
    }

    private Expression comparison() {
        Expression first = sum();
        List<Expression> operands = new ArrayList<>(List.of(first));
        List<String> operators = new ArrayList<>();
        int line = peek().line();
        while (true) {
            Token token = peek();
            if (token.kind() == Kind.OPERATOR && COMPARISONS.contains(token.text())) {
                operators.add(next().text());
            } else if (acceptName("in")) {
                operators.add("in");
            } else if (token.is(Kind.NAME, "not") && tokens.get(position + 1).is(Kind.NAME, "in")) {
                position += 2;
                operators.add("not in");
            } else {
                return operators.isEmpty() ? first : new Expression.Comparison(operands, operators, line);
            }
            operands.add(sum());
        }
    }

    private Expression sum() {
        Expression left = concatenation();
        while (peek().is(Kind.OPERATOR, "+") || peek().is(Kind.OPERATOR, "-")) {
            Token operator = next();
            left = new Expression.Binary(operator.text(), left, concatenation(), operator.line());
        }
        return left;
    }

    private Expression concatenation() {
        Expression left = product();
        while (peek().is(Kind.OPERATOR, "~")) {
            int line = next().line();
            left = new Expression.Binary("~", left, product(), line);
        }
        return left;
    }

    private Expression product() {
        Expression left = power();
        while (peek().kind() == Kind.OPERATOR && Set.of("*", "/", "//", "%").contains(peek().text())) {
            Token operator = next();
            left = new Expression.Binary(operator.text(), left, power(), operator.line());
        }
        return left;
    }

    private Expression power() {
        Expression left = unary(true);
        while (peek().is(Kind.OPERATOR, "**")) {
            int line = next().line();
            left = new Expression.Binary("**", left, unary(true), line);
        }
        return left;
    }

    private Expression unary(boolean withFilters) {
        enter();
        Expression value;
        if (peek().is(Kind.OPERATOR, "-") || peek().is(Kind.OPERATOR, "+")) {
            Token operator = next();
            value = new Expression.Unary(operator.text(), unary(false), operator.line());
        } else {
            value = postfix(primary());
        }
        if (withFilters) {
            value = filters(value);
        }
        depth--;
        return value;
    }

    private Expression filters(Expression value) {
        while (true) {
            Token token = peek();
            if (accept("|")) {
                Token name = expect(Kind.NAME);
                Arguments arguments = peek().is(Kind.OPERATOR, "(") ? arguments() : Arguments.NONE;
                value = new Expression.Filter(value, name.text(), arguments, name.line());
            } else if (acceptName("is")) {
                value = test(value, token.line());
            } else if (token.is(Kind.OPERATOR, "(")) {
                value = new Expression.Call(value, arguments(), token.line());
            } else {
                return value;
            }
        }
    }

    private Expression test(Expression value, int line) {
        boolean negated = acceptName("not");
        Token name = peek();
        String operator = name.text();
        if (name.kind() == Kind.NAME || COMPARISONS.contains(operator)) {
            next();
        } else {
            throw error("name of a test expected");
        }
        List<Expression> arguments = List.of();
        Token token = peek();
        if (token.is(Kind.OPERATOR, "(")) {
            arguments = arguments().positional();
        } else if (startsOperand(token)) {
            arguments = List.of(postfix(primary()));
        }
        return new Expression.Test(value, operator, arguments, negated, line);
    }

    private static boolean startsOperand(Token token) {
        return switch (token.kind()) {
            case STRING, INTEGER, FLOAT -> true;
            case NAME -> !Set.of("else", "or", "and", "is", "if", "in", "not").contains(token.text());
            case OPERATOR -> token.text().equals("[") || token.text().equals("{");
            default -> false;
        };
    }

    private Expression postfix(Expression value) {
        while (true) {
            Token token = peek();
            if (accept(".")) {
                Token name = next();
                if (name.kind() != Kind.NAME && name.kind() != Kind.INTEGER) {
                    throw new TemplateException(name.line(), "name expected after \".\"");
                }
                value = name.kind() == Kind.NAME
                        ? new Expression.Attribute(value, name.text(), name.line())
                        : new Expression.Item(value, integer(name), name.line());
            } else if (accept("[")) {
                value = subscript(value, token.line());
            } else if (token.is(Kind.OPERATOR, "(")) {
                value = new Expression.Call(value, arguments(), token.line());
            } else {
                return value;
            }
        }
    }

    private Expression subscript(Expression object, int line) {
        @Nullable Expression[] parts = new @Nullable Expression[3];
        int part = 0;
        boolean slice = false;
        while (!accept("]")) {
            if (accept(":")) {
                slice = true;
                if (++part > 2) {
                    throw error("too many colons");
                }
            } else {
                parts[part] = expression();
            }
        }
        if (slice) {
            return new Expression.Slice(object, parts[0], parts[1], parts[2], line);
        }
        Expression key = parts[0];
        if (key == null) {
            throw error("subscript is empty");
        }
        return new Expression.Item(object, key, line);
    }

    private Arguments arguments() {
        expect("(");
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        while (!accept(")")) {
            if (peek().kind() == Kind.NAME && tokens.get(position + 1).is(Kind.OPERATOR, "=")) {
                String name = next().text();
                next();
                named.put(name, expression());
            } else {
                positional.add(expression());
            }
            if (!peek().is(Kind.OPERATOR, ")")) {
                expect(",");
            }
        }
        return new Arguments(positional, named);
    }

    private Expression primary() {
        Token token = next();
        return switch (token.kind()) {
            case NAME -> name(token.text());
            case STRING -> string(token);
            case INTEGER -> integer(token);
            case FLOAT -> new Expression.Literal(Double.parseDouble(token.text().replace("_", "")));
            case OPERATOR -> bracketed(token);
            default -> {
                position--;
                throw error("unexpected " + describe());
            }
        };
    }

    private static Expression name(String name) {
        return switch (name) {
            case "true", "True" -> new Expression.Literal(true);
            case "false", "False" -> new Expression.Literal(false);
            case "none", "None" -> new Expression.Literal(null);
            default -> new Expression.Variable(name);
        };
    }

    /** Adjacent strings are one. */
    private Expression string(Token first) {
        StringBuilder text = new StringBuilder(first.text());
        while (peek().kind() == Kind.STRING) {
            text.append(next().text());
        }
        return new Expression.Literal(text.toString());
    }

    private static Expression integer(Token token) {
        try {
            return new Expression.Literal(Long.parseLong(token.text().replace("_", "")));
        } catch (NumberFormatException e) {
            throw new TemplateException(token.line(), "number " + token.text() + " is out of range");
        }
    }

    private Expression bracketed(Token token) {
        switch (token.text()) {
            case "(" -> {
                if (accept(")")) {
                    return new Expression.TupleOf(List.of());
                }
                Expression inner = tuple();
                expect(")");
                return inner;
            }
            case "[" -> {
                List<Expression> elements = new ArrayList<>();
                while (!accept("]")) {
                    elements.add(expression());
                    if (!peek().is(Kind.OPERATOR, "]")) {
                        expect(",");
                    }
                }
                return new Expression.ListOf(elements);
            }
            case "{" -> {
                List<Expression> keys = new ArrayList<>();
                List<Expression> values = new ArrayList<>();
                while (!accept("}")) {
                    keys.add(expression());
                    expect(":");
                    values.add(expression());
                    if (!peek().is(Kind.OPERATOR, "}")) {
                        expect(",");
                    }
                }
                return new Expression.MapOf(keys, values);
            }
            default -> throw new TemplateException(token.line(), "unexpected \"" + token.text() + "\"");
        }
    }

    private void enter() {
        if (++depth > MAX_DEPTH) {
            throw error("nested deeper than " + MAX_DEPTH);
        }
    }

    private Token peek() {
        return tokens.get(position);
    }

    private Token previous() {
        return tokens.get(position - 1);
    }

    private Token next() {
        Token token = tokens.get(position);
        if (token.kind() != Kind.END) {
            position++;
        }
        return token;
    }

    private boolean accept(String operator) {
        boolean found = peek().is(Kind.OPERATOR, operator);
        if (found) {
            position++;
        }
        return found;
    }

    private boolean acceptName(String name) {
        boolean found = peek().is(Kind.NAME, name);
        if (found) {
            position++;
        }
        return found;
    }

    private void expect(String operator) {
        if (!accept(operator)) {
            throw error("\"" + operator + "\" expected, found " + describe());
        }
    }

    private void expectName(String name) {
        if (!acceptName(name)) {
            throw error("\"" + name + "\" expected, found " + describe());
        }
    }

    private Token expect(Kind kind) {
        if (peek().kind() != kind) {
            throw error("unexpected " + describe());
        }
        return next();
    }

    private String describe() {
        Token token = peek();
        return token.text().isEmpty() ? token.kind().toString() : "\"" + token.text() + "\"";
    }

    private TemplateException error(String message) {
        return new TemplateException(peek().line(), message);
    }
}
