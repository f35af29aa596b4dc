package dev.demitasse.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON (RFC 8259) strictly: no comments, trailing commas, NaN or byte order mark. The time is linear in the length of the
 * text.
 */
public final class JsonReader {
    private static final int MAX_DEPTH = 256; // as JsonWriter's
    private static final String END = "the end of the text";

    private final String text;
    private int at;

    private JsonReader(String text) {
        this.text = text;
    }

    /**
     * Reads a value. Objects become {@link LinkedHashMap} in the order of the text (the last value of a repeated name wins, as
     * in {@code JSON.parse}), arrays {@link ArrayList}, integers that fit {@link Long}, and all other numbers {@link Double}.
     * Unpaired surrogates are kept.
     *
     * @throws JsonException if the text is not JSON, is nested deeper than 256, or holds a number beyond a double's range
     */
    public static @Nullable Object read(String text) {
        JsonReader reader = new JsonReader(text);
        Object value = reader.value(0);
        if (reader.next() >= 0) {
            throw reader.expected(END);
        }
        return value;
    }

    private @Nullable Object value(int depth) {
        int c = next();
        if (depth > MAX_DEPTH) {
            throw new JsonException(text, at, "nested deeper than " + MAX_DEPTH);
        }
        return switch (c) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> string();
            case 't' -> literal("true", true);
            case 'f' -> literal("false", false);
            case 'n' -> literal("null", null);
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
            default -> throw expected("a value");
        };
    }

    private Map<String, @Nullable Object> object(int depth) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        at++;
        if (next() == '}') {
            at++;
            return object;
        }
        while (true) {
            if (next() != '"') {
                throw expected("a name in quotes");
            }
            String name = string();
            if (next() != ':') {
                throw expected("':'");
            }
            at++;
            object.put(name, value(depth + 1));
            if (!another('}')) {
                return object;
            }
        }
    }

    private List<@Nullable Object> array(int depth) {
        List<@Nullable Object> array = new ArrayList<>();
        at++;
        if (next() == ']') {
            at++;
            return array;
        }
        do {
            array.add(value(depth + 1));
        } while (another(']'));
        return array;
    }

    /** Skips a comma and returns true, or skips the end of the array or object and returns false. */
    private boolean another(char end) {
        int c = next();
        if (c != ',' && c != end) {
            throw expected("',' or '" + end + "'");
        }
        at++;
        return c == ',';
    }

    private String string() {
        at++;
        int plain = at; // start of the characters that are not copied yet
        StringBuilder unescaped = null;
        while (true) {
            int c = peek();
            if (c == '"') {
                String rest = text.substring(plain, at++);
                return unescaped == null ? rest : unescaped.append(rest).toString();
            }
            if (c < 0x20) {
                throw expected(c < 0 ? "'\"'" : "an escape in place of a control character");
            }
            if (c == '\\') {
                if (unescaped == null) {
                    unescaped = new StringBuilder();
                }
                unescaped.append(text, plain, at++).append(escape());
                plain = at;
            } else {
                at++;
            }
        }
    }

    private char escape() {
        int c = peek();
        char character =
                switch (c) {
                    case '"', '\\', '/' -> (char) c;
                    case 'n' -> '\n';
                    case 't' -> '\t';
                    case 'r' -> '\r';
                    case 'b' -> '\b';
                    case 'f' -> '\f';
                    case 'u' -> 0;
                    default -> throw expected("one of \"\\/bfnrtu after '\\'");
                };
        at++;
        return c == 'u' ? codeUnit() : character;
    }

    private char codeUnit() {
        int unit = 0;
        for (int i = 0; i < 4; i++) {
            int c = peek();
            int digit = c < 128 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw expected("four hexadecimal digits after '\\u'");
            }
            unit = unit << 4 | digit;
            at++;
        }
        return (char) unit;
    }

    private Object number() {
        int start = at;
        if (peek() == '-') {
            at++;
        }
        if (peek() == '0') {
            at++; // and no digit after it
        } else {
            digits();
        }
        boolean integer = true;
        if (peek() == '.') {
            integer = false;
            at++;
            digits();
        }
        if (peek() == 'e' || peek() == 'E') {
            integer = false;
            at++;
            if (peek() == '+' || peek() == '-') {
                at++;
            }
            digits();
        }
        String number = text.substring(start, at);
        if (integer) {
            try {
                return Long.parseLong(number);
            } catch (NumberFormatException e) {
                // Too large for a long.
            }
        }
        double value = Double.parseDouble(number);
        if (Double.isInfinite(value)) {
            throw new JsonException(text, start, "number beyond a double's range");
        }
        return value;
    }

    private void digits() {
        int start = at;
        while (peek() >= '0' && peek() <= '9') {
            at++;
        }
        if (at == start) {
            throw expected("a digit");
        }
    }

    private @Nullable Object literal(String literal, @Nullable Object value) {
        if (!text.startsWith(literal, at)) {
            throw expected(literal);
        }
        at += literal.length();
        return value;
    }

    /** Skips white space, and returns the next character without skipping it; -1 at the end. */
    private int next() {
        while (true) {
            int c = peek();
            if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
                return c;
            }
            at++;
        }
    }

    private int peek() {
        return at < text.length() ? text.charAt(at) : -1;
    }

    private JsonException expected(String what) {
        int c = peek();
        String found = c < 0 ? END : c < 0x20 ? "character " + c : "'" + (char) c + "'";
        return new JsonException(text, at, "expected " + what + ", found " + found);
    }
}
