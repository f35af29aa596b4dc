package dev.demitasse.jinja;

import dev.demitasse.jinja.Expression.CallArguments;
import dev.demitasse.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Parses expressions by recursive descent, a method for each level of precedence (as in the parser of Jinja 3). */
final class ExpressionParser {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final Set<String> PRODUCTS = Set.of("*", "/", "//", "%");

    /** Variables of a macro that exist only if its body uses them. */
    private static final Set<String> MACRO_SPECIALS = Set.of("caller", "kwargs", "varargs");

    private final TokenStream tokens;

    /** The names among {@link #MACRO_SPECIALS} that have been parsed. */
    private Set<String> specials = new HashSet<>();

    ExpressionParser(TokenStream tokens) {
        this.tokens = tokens;
    }

    /** Starts to collect the special variables of a macro, and returns those that were collected before. */
    Set<String> startSpecials() {
        Set<String> outer = specials;
        specials = new HashSet<>();
        return outer;
    }

    /** Ends a macro: returns its special variables. Those within it also count for the macro around it. */
    Set<String> endSpecials(Set<String> outer) {
        Set<String> inner = specials;
        specials = outer;
        specials.addAll(inner);
        return inner;
    }

    /** Parses an expression, or several expressions separated by commas, which make a tuple. */
    Expression tuple() {
        return tuple(true, false);
    }

    /** Parses the head of an {@code if} or {@code for}: as {@link #tuple()}, but without {@code x if y}. */
    Expression tupleWithoutCondition() {
        return tuple(false, false);
    }

    private Expression tuple(boolean withCondition, boolean mayBeEmpty) {
        List<Expression> elements = new ArrayList<>();
        boolean isTuple = mayBeEmpty && isTupleEnd();
        while (!isTupleEnd()) {
            elements.add(withCondition ? expression() : disjunction());
            if (!tokens.accept(",")) {
                break;
            }
            isTuple = true;
        }
        if (isTuple) {
            return new Expression.TupleOf(elements);
        }
        if (elements.isEmpty()) {
            throw tokens.error("expression expected, found " + tokens.describe());
        }
        return elements.get(0);
    }

    private boolean isTupleEnd() {
        Token token = tokens.peek();
        return token.kind() == Kind.TAG_END || token.kind() == Kind.OUTPUT_END || token.is(Kind.OPERATOR, ")");
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
        Expression first = product();
        if (!tokens.isNext("~")) {
            return first;
        }
        int line = tokens.peek().line();
        List<Expression> parts = new ArrayList<>(List.of(first));
        while (tokens.accept("~")) {
            parts.add(product());
        }
        return new Expression.Concatenation(parts, line);
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
            value = primary();
        }
        value = postfix(value);
        if (withFilters) {
            value = filters(value);
        }
        tokens.leave();
        return value;
    }

    private Expression filters(Expression value) {
        while (true) {
            Token token = tokens.peek();
            if (tokens.isNext("|")) {
                value = filterChain(value);
            } else if (tokens.acceptName("is")) {
                value = test(value, token.line());
            } else if (token.is(Kind.OPERATOR, "(")) {
                value = new Expression.Call(value, arguments(), token.line());
            } else {
                return value;
            }
        }
    }

    /** Parses any number of filters of a value, each after {@code |}. */
    Expression filterChain(Expression value) {
        while (tokens.accept("|")) {
            value = filter(value);
        }
        return value;
    }

    /** Parses the name and arguments of a filter. */
    Expression filter(Expression value) {
        Token name = tokens.expect(Kind.NAME);
        CallArguments arguments = tokens.isNext("(") ? arguments() : CallArguments.NONE;
        return new Expression.Filter(value, name.text(), arguments, name.line());
    }

    private Expression test(Expression value, int line) {
        boolean negated = tokens.acceptName("not");
        String name = tokens.expect(Kind.NAME).text();
        CallArguments arguments = CallArguments.NONE;
        Token token = tokens.peek();
        if (token.is(Kind.OPERATOR, "(")) {
            arguments = arguments();
        } else if (startsOperand(token)) {
            arguments = new CallArguments(List.of(postfix(primary())), Map.of(), null, null);
        }
        return new Expression.Test(value, name, arguments, negated, line);
    }

    private boolean startsOperand(Token token) {
        if (token.is(Kind.NAME, "is")) {
            throw tokens.error("tests can't be chained");
        }
        return switch (token.kind()) {
            case STRING, INTEGER, FLOAT -> true;
            case NAME -> !Set.of("else", "or", "and").contains(token.text());
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
                        : new Expression.Item(value, new Expression.Literal(name.integer()), name.line());
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
        List<Expression> keys = new ArrayList<>();
        while (!tokens.accept("]")) {
            if (!keys.isEmpty()) {
                tokens.expect(",");
            }
            Expression first = tokens.isNext(":") ? null : expression();
            if (tokens.accept(":")) {
                Expression to = startsBound() ? expression() : null;
                Expression step = tokens.accept(":") && startsBound() ? expression() : null;
                tokens.expect("]");
                if (!keys.isEmpty()) {
                    throw tokens.error("several slices are not supported");
                }
                return new Expression.Slice(object, first, to, step, line);
            }
            if (first != null) {
                keys.add(first);
            }
        }
        return new Expression.Item(object, keys.size() == 1 ? keys.get(0) : new Expression.TupleOf(keys), line);
    }

    private boolean startsBound() {
        return !tokens.isNext(":") && !tokens.isNext("]") && !tokens.isNext(",");
    }

    private CallArguments arguments() {
        tokens.expect("(");
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        Expression list = null;
        Expression dict = null;
        while (!tokens.accept(")")) {
            if (dict != null) {
                throw tokens.error("an argument after ** is not supported");
            }
            if (tokens.accept("**")) {
                dict = expression();
            } else if (list == null && tokens.accept("*")) {
                list = expression();
            } else if (tokens.peek().kind() == Kind.NAME && tokens.peekSecond().is(Kind.OPERATOR, "=")) {
                String name = tokens.next().text();
                tokens.next();
                if (named.put(name, expression()) != null) {
                    throw tokens.error("argument \"" + name + "\" is given twice");
                }
            } else if (list != null || !named.isEmpty()) {
                throw tokens.error("a positional argument after others is not supported");
            } else {
                positional.add(expression());
            }
            if (!tokens.isNext(")")) {
                tokens.expect(",");
            }
        }
        return new CallArguments(positional, named, list, dict);
    }

    private Expression primary() {
        return switch (tokens.peek().kind()) {
            case NAME -> name(tokens.next().text());
            case STRING -> string(tokens.next());
            case INTEGER -> new Expression.Literal(tokens.next().integer());
            case FLOAT -> new Expression.Literal(tokens.next().real());
            case OPERATOR -> bracketed(tokens.next());
            default -> throw tokens.unexpected();
        };
    }

    private Expression name(String name) {
        if (MACRO_SPECIALS.contains(name)) {
            specials.add(name);
        }
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

    private Expression bracketed(Token token) {
        switch (token.text()) {
            case "(" -> {
                Expression inner = tuple(true, true);
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
