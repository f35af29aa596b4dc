package dev.demitasse.chat;

import dev.demitasse.json.JsonException;
import dev.demitasse.json.JsonReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads tool calls in Python: statements of the form {@code name(argument=literal, …)}. The result may be assigned to a
 * variable or printed.
 */
final class PythonToolCalls {
    private static final int MAX_DEPTH = 64;
    private static final String PRINT = "print";

    private static final class MalformedException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private final String code;
    private final List<ToolCall> calls = new ArrayList<>();
    private int at;

    private PythonToolCalls(String code) {
        this.code = code;
    }

    /** Returns the calls, or an empty list if the code contains anything else. */
    static List<ToolCall> read(String code) {
        PythonToolCalls reader = new PythonToolCalls(code);
        try {
            reader.statements();
            return reader.calls;
        } catch (MalformedException | JsonException e) {
            return List.of();
        }
    }

    private void statements() {
        while (true) {
            skipSpace();
            if (at == code.length()) {
                return;
            }
            String name = name();
            skipBlanks();
            if (accept('=')) {
                skipBlanks();
                name = name();
            }
            call(name);
            skipBlanks();
            if (at < code.length() && !accept(';') && peek() != '\n' && peek() != '\r' && peek() != '#') {
                throw new MalformedException();
            }
        }
    }

    private void call(String name) {
        expect('(');
        if (name.equals(PRINT)) {
            printed();
            return;
        }
        Map<String, @Nullable Object> arguments = new LinkedHashMap<>();
        while (!acceptAfterSpace(')')) {
            String argument = name();
            skipSpace();
            expect('=');
            if (arguments.containsKey(argument)) {
                throw new MalformedException();
            }
            arguments.put(argument, literal(0));
            separator(')');
        }
        calls.add(new ToolCall(name, arguments));
    }

    /** Reads the arguments of {@code print}: variables and calls. */
    private void printed() {
        while (!acceptAfterSpace(')')) {
            String name = name();
            skipSpace();
            if (peek() == '(' && !name.equals(PRINT)) {
                call(name);
            }
            separator(')');
        }
    }

    private @Nullable Object literal(int depth) {
        skipSpace();
        if (depth > MAX_DEPTH) {
            throw new MalformedException();
        }
        char c = peek();
        if (c == '"' || c == '\'') {
            return string();
        }
        if (accept('[')) {
            return list(depth + 1);
        }
        if (accept('{')) {
            return dictionary(depth + 1);
        }
        if (isNamePart(c) && !isDigit(c)) {
            return switch (name()) {
                case "True" -> true;
                case "False" -> false;
                case "None" -> null;
                default -> throw new MalformedException();
            };
        }
        int start = at;
        while (isNamePart(peek()) || peek() == '.' || peek() == '-' || peek() == '+') {
            at++;
        }
        return JsonReader.read(code.substring(start, at)); // numbers in the syntax that Python and JSON share
    }

    private List<@Nullable Object> list(int depth) {
        List<@Nullable Object> list = new ArrayList<>();
        while (!acceptAfterSpace(']')) {
            list.add(literal(depth));
            separator(']');
        }
        return list;
    }

    private Map<String, @Nullable Object> dictionary(int depth) {
        Map<String, @Nullable Object> dictionary = new LinkedHashMap<>();
        while (!acceptAfterSpace('}')) {
            String key = string();
            skipSpace();
            expect(':');
            dictionary.put(key, literal(depth));
            separator('}');
        }
        return dictionary;
    }

    private String string() {
        char quote = peek();
        if (quote != '"' && quote != '\'') {
            throw new MalformedException();
        }
        String end = code.startsWith(String.valueOf(quote).repeat(3), at)
                ? String.valueOf(quote).repeat(3)
                : String.valueOf(quote);
        at += end.length();
        StringBuilder string = new StringBuilder();
        while (!code.startsWith(end, at)) {
            char c = next();
            if (c == '\n' && end.length() == 1) {
                throw new MalformedException();
            }
            if (c == '\\') {
                escape(string);
            } else {
                string.append(c);
            }
        }
        at += end.length();
        return string.toString();
    }

    private void escape(StringBuilder string) {
        char c = next();
        switch (c) {
            case '\n' -> {} // continues on the next line
            case '\\', '\'', '"' -> string.append(c);
            case 'n' -> string.append('\n');
            case 't' -> string.append('\t');
            case 'r' -> string.append('\r');
            case 'x' -> string.append(codeUnit(2));
            case 'u' -> string.append(codeUnit(4));
            default -> throw new MalformedException();
        }
    }

    private char codeUnit(int digits) {
        int unit = 0;
        for (int i = 0; i < digits; i++) {
            int digit = Character.digit(next(), 16);
            if (digit < 0) {
                throw new MalformedException();
            }
            unit = unit << 4 | digit;
        }
        return (char) unit;
    }

    /** Reads an identifier, or several joined by dots. */
    private String name() {
        skipSpace();
        int start = at;
        while (isNamePart(peek()) || (peek() == '.' && at > start)) {
            at++;
        }
        if (at == start || isDigit(code.charAt(start)) || code.charAt(at - 1) == '.') {
            throw new MalformedException();
        }
        return code.substring(start, at);
    }

    /** Reads a comma, which may be absent before {@code end}. */
    private void separator(char end) {
        skipSpace();
        if (peek() != end) {
            expect(',');
        }
    }

    private boolean acceptAfterSpace(char c) {
        skipSpace();
        return accept(c);
    }

    private boolean accept(char c) {
        if (peek() != c) {
            return false;
        }
        at++;
        return true;
    }

    private void expect(char c) {
        if (!accept(c)) {
            throw new MalformedException();
        }
    }

    private char next() {
        if (at == code.length()) {
            throw new MalformedException();
        }
        return code.charAt(at++);
    }

    /** Returns the next character, or NUL at the end. */
    private char peek() {
        return at < code.length() ? code.charAt(at) : 0;
    }

    private void skipBlanks() {
        while (peek() == ' ' || peek() == '\t') {
            at++;
        }
    }

    /** Skips blanks, line ends and comments. */
    private void skipSpace() {
        while (true) {
            skipBlanks();
            if (peek() == '#') {
                int end = code.indexOf('\n', at);
                at = end < 0 ? code.length() : end;
            } else if (peek() == '\n' || peek() == '\r') {
                at++;
            } else {
                return;
            }
        }
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isNamePart(char c) {
        return c == '_' || (c != 0 && Character.isLetterOrDigit(c));
    }
}
