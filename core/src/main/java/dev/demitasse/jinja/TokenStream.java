package dev.demitasse.jinja;

import dev.demitasse.jinja.Token.Kind;
import java.util.List;

/** A cursor over the tokens of a template, which also limits how deep constructs are nested. */
final class TokenStream {
    private static final int MAX_DEPTH = 100;

    private final List<Token> tokens;
    private int position;
    private int depth;

    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token peek() {
        return tokens.get(position);
    }

    /** Returns the token after the next one. The next one must not be the last. */
    Token peekSecond() {
        return tokens.get(position + 1);
    }

    Token previous() {
        return tokens.get(position - 1);
    }

    /** Consumes and returns the next token. The last token, {@link Kind#END}, is never consumed. */
    Token next() {
        Token token = tokens.get(position);
        if (token.kind() != Kind.END) {
            position++;
        }
        return token;
    }

    /** Consumes the next token if it is this operator. */
    boolean accept(String operator) {
        return acceptIf(isNext(operator));
    }

    /** Consumes the next token if it is this name. */
    boolean acceptName(String name) {
        return acceptIf(peek().is(Kind.NAME, name));
    }

    private boolean acceptIf(boolean found) {
        if (found) {
            position++;
        }
        return found;
    }

    boolean isNext(String operator) {
        return peek().is(Kind.OPERATOR, operator);
    }

    void expect(String operator) {
        if (!accept(operator)) {
            throw error("\"" + operator + "\" expected, found " + describe());
        }
    }

    void expectName(String name) {
        if (!acceptName(name)) {
            throw error("\"" + name + "\" expected, found " + describe());
        }
    }

    Token expect(Kind kind) {
        if (peek().kind() != kind) {
            throw unexpected();
        }
        return next();
    }

    /** Enters a nested construct. */
    void enter() {
        if (++depth > MAX_DEPTH) {
            throw error("nested deeper than " + MAX_DEPTH);
        }
    }

    void leave() {
        depth--;
    }

    TemplateException unexpected() {
        return error("unexpected " + describe());
    }

    /** Returns an exception with the line of the next token. */
    TemplateException error(String message) {
        return new TemplateException(peek().line(), message);
    }

    String describe() {
        Token token = peek();
        return token.text().isEmpty() ? token.kind().toString() : "\"" + token.text() + "\"";
    }
}
