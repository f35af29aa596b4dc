package dev.demitasse.jinja;

import dev.demitasse.jinja.Expression.Arguments;
import dev.demitasse.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses expressions by recursive descent, a method for each level of precedence (as in the parser of Jinja 3). */
final class ExpressionParser {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final Set<String> PRODUCTS = Set.of("*", "/", "//", "%");

    private final TokenStream tokens;

    ExpressionParser(TokenStream tokens) {
        this.tokens = tokens;
    }

    /** Parses an expression, or several expressions separated by commas, which make a tuple. */
    Expression tuple() {
        Expression first = expression();
        if (!tokens.isNext(",")) {
            return first;
        }
        List<Expression> elements = new ArrayList<>(List.of(first));
        while (tokens.accept(",")) {
            if (tokens.peek().kind() == Kind.TAG_END || tokens.peek().kind() == Kind.OUTPUT_END || tokens.isNext(")")) {
                break;
            }
            elements.add(expression());
        }
        return new Expression.TupleOf(elements);
    }

    Expression expression() {
        tokens.enter();
        Expression value = disjunction();
        while (tokens.acceptName("if")) {
            Expression condition = disjunction();
            Expression otherwise = tokens.acceptName("else") ? expression() : null;
            value = new Expression.Conditional(condition, value, otherwise);
        }
        tokens.leave();
        return value;
    }

    Expression disjunction() {
        Expression left = conjunction();
        while (tokens.peek().is(Kind.NAME, "or")) {
            int line = tokens.next().line();
            left = new Expression.Binary("or", left, conjunction(), line);
        }
        return left;
    }

    private Expression conjunction() {
        Expression left = negation();
        while (tokens.peek().is(Kind.NAME, "and")) {
            int line = tokens.next().line();
            left = new Expression.Binary("and", left, negation(), line);
        }
        return left;
    }

    private Expression negation() {
        if (tokens.peek().is(Kind.NAME, "not")) {
            int line = tokens.next().line();
            tokens.enter();
            Expression operand = negation();
            tokens.leave();
            return new Expression.Unary("not", operand, line);
        }
        return comparison();
    }

    private Expression comparison() {
        Expression first = sum();
        List<Expression> operands = new ArrayList<>(List.of(first));
        List<String> operators = new ArrayList<>();
        int line = tokens.peek().line();
        while (true) {
            Token token = tokens.peek();
            if (token.kind() == Kind.OPERATOR && COMPARISONS.contains(token.text())) {
                operators.add(tokens.next().text());
            } else if (tokens.acceptName("in")) {
                operators.add("in");
            } else if (token.is(Kind.NAME, "not") && tokens.peekSecond().is(Kind.NAME, "in")) {
                tokens.next();
                tokens.next();
                operators.add("not in");
            } else {
                return operators.isEmpty() ? first : new Expression.Comparison(operands, operators, line);
            }
            operands.add(sum());
        }
    }

    private Expression sum() {
        Expression left = concatenation();
        while (tokens.isNext("+") || tokens.isNext("-")) {
            Token operator = tokens.next();
            left = new Expression.Binary(operator.text(), left, concatenation(), operator.line());
        }
        return left;
    }

    private Expression concatenation() {
        Expression left = product();
        while (tokens.isNext("~")) {
            int line = tokens.next().line();
            left = new Expression.Binary("~", left, product(), line);
        }
        return left;
    }

    private Expression product() {
        Expression left = power();
        while (tokens.peek().kind() == Kind.OPERATOR
                && PRODUCTS.contains(tokens.peek().text())) {
            Token operator = tokens.next();
            left = new Expression.Binary(operator.text(), left, power(), operator.line());
        }
        return left;
    }

    private Expression power() {
        Expression left = unary(true);
        while (tokens.isNext("**")) {
            int line = tokens.next().line();
            left = new Expression.Binary("**", left, unary(true), line);
        }
        return left;
    }

    private Expression unary(boolean withFilters) {
        tokens.enter();
        Expression value;
        if (tokens.isNext("-") || tokens.isNext("+")) {
            Token operator = tokens.next();
            value = new Expression.Unary(operator.text(), unary(false), operator.line());
        } else {
            value = postfix(primary());
        }
        if (withFilters) {
            value = filters(value);
        }
        tokens.leave();
        return value;
    }

    private Expression filters(Expression value) {
        while (true) {
            Token token = tokens.peek();
            if (tokens.accept("|")) {
                Token name = tokens.expect(Kind.NAME);
                Arguments arguments = tokens.isNext("(") ? arguments() : Arguments.NONE;
                value = new Expression.Filter(value, name.text(), arguments, name.line());
            } else if (tokens.acceptName("is")) {
                value = test(value, token.line());
            } else if (token.is(Kind.OPERATOR, "(")) {
                value = new Expression.Call(value, arguments(), token.line());
            } else {
                return value;
            }
        }
    }

    private Expression test(Expression value, int line) {
        boolean negated = tokens.acceptName("not");
        Token name = tokens.peek();
        String operator = name.text();
        if (name.kind() == Kind.NAME || COMPARISONS.contains(operator)) {
            tokens.next();
        } else {
            throw tokens.error("name of a test expected");
        }
        List<Expression> arguments = List.of();
        Token token = tokens.peek();
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
            Token token = tokens.peek();
            if (tokens.accept(".")) {
                Token name = tokens.next();
                if (name.kind() != Kind.NAME && name.kind() != Kind.INTEGER) {
                    throw new TemplateException(name.line(), "name expected after \".\"");
                }
                value = name.kind() == Kind.NAME
                        ? new Expression.Attribute(value, name.text(), name.line())
                        : new Expression.Item(value, integer(name), name.line());
            } else if (tokens.accept("[")) {
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
        while (!tokens.accept("]")) {
            if (tokens.accept(":")) {
                slice = true;
                if (++part > 2) {
                    throw tokens.error("too many colons");
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
            throw tokens.error("subscript is empty");
        }
        return new Expression.Item(object, key, line);
    }

    private Arguments arguments() {
        tokens.expect("(");
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        while (!tokens.accept(")")) {
            if (tokens.peek().kind() == Kind.NAME && tokens.peekSecond().is(Kind.OPERATOR, "=")) {
                String name = tokens.next().text();
                tokens.next();
                named.put(name, expression());
            } else {
                positional.add(expression());
            }
            if (!tokens.isNext(")")) {
                tokens.expect(",");
            }
        }
        return new Arguments(positional, named);
    }

    private Expression primary() {
        return switch (tokens.peek().kind()) {
            case NAME -> name(tokens.next().text());
            case STRING -> string(tokens.next());
            case INTEGER -> integer(tokens.next());
            case FLOAT ->
                new Expression.Literal(Double.parseDouble(tokens.next().text().replace("_", "")));
            case OPERATOR -> bracketed(tokens.next());
            default -> throw tokens.unexpected();
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

    /** Parses a string literal; adjacent literals are concatenated. */
    private Expression string(Token first) {
        StringBuilder text = new StringBuilder(first.text());
        while (tokens.peek().kind() == Kind.STRING) {
            text.append(tokens.next().text());
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
                if (tokens.accept(")")) {
                    return new Expression.TupleOf(List.of());
                }
                Expression inner = tuple();
                tokens.expect(")");
                return inner;
            }
            case "[" -> {
                List<Expression> elements = new ArrayList<>();
                while (!tokens.accept("]")) {
                    elements.add(expression());
                    if (!tokens.isNext("]")) {
                        tokens.expect(",");
                    }
                }
                return new Expression.ListOf(elements);
            }
            case "{" -> {
                List<Expression> keys = new ArrayList<>();
                List<Expression> values = new ArrayList<>();
                while (!tokens.accept("}")) {
                    keys.add(expression());
                    tokens.expect(":");
                    values.add(expression());
                    if (!tokens.isNext("}")) {
                        tokens.expect(",");
                    }
                }
                return new Expression.MapOf(keys, values);
            }
            default -> throw new TemplateException(token.line(), "unexpected \"" + token.text() + "\"");
        }
    }
}
