package dev.demitasse.jinja;

import dev.demitasse.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/** Splits template source into tokens and applies Jinja's white space control with trim_blocks and lstrip_blocks. */
final class Lexer {
    private static final String[] OPERATORS = {
        "**", "//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~", "|", "<", ">", "=", "(", ")", "[", "]", "{",
        "}", ",", ".", ":"
    };

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int position;
    private int line = 1;

    Lexer(String source) {
        String unix = source.replace("\r\n", "\n").replace('\r', '\n');
        this.source = unix.endsWith("\n") ? unix.substring(0, unix.length() - 1) : unix;
    }

    List<Token> tokens() {
        while (position < source.length()) {
            int start = nextTag();
            text(start);
            if (start == source.length()) {
                break;
            }
            char kind = source.charAt(start + 1);
            moveTo(start + 2);
            if (position < source.length() && (peek() == '-' || peek() == '+')) {
                position++;
            }
            if (kind == '%' && rawEnd() > 0) {
                raw();
            } else if (kind == '#') {
                int end = source.indexOf("#}", position);
                if (end < 0) {
                    throw new TemplateException(line, "comment is not closed");
                }
                moveTo(end + 2);
                char sign = end > start + 2 ? source.charAt(end - 1) : ' ';
                afterTag(sign == '-', sign != '+');
            } else {
                expression(kind == '%');
            }
        }
        add(Kind.END, "");
        return tokens;
    }

    /** Returns where the text after {@code {% raw %}} begins, or 0 if the current tag is a different one. */
    private int rawEnd() {
        int i = skipSpace(position);
        if (!source.startsWith("raw", i)) {
            return 0;
        }
        i = skipSpace(i + 3);
        return source.startsWith("%}", i) ? i + 2 : source.startsWith("-%}", i) ? i + 3 : 0;
    }

    /** Reads text up to {@code {% endraw %}} without interpreting it. Unlike other tags, raw keeps the line end after it. */
    private void raw() {
        int start = rawEnd();
        moveTo(start);
        afterTag(source.charAt(start - 3) == '-', false);
        for (int i = source.indexOf("{%", position); i >= 0; i = source.indexOf("{%", i + 2)) {
            int name = i + 2;
            if (name < source.length() && "-+".indexOf(source.charAt(name)) >= 0) {
                name++;
            }
            name = skipSpace(name);
            int end = source.startsWith("endraw", name) ? skipSpace(name + 6) : source.length();
            char sign = end < source.length() ? source.charAt(end) : ' ';
            boolean hasSign = sign == '-' || sign == '+';
            if (source.startsWith("%}", hasSign ? end + 1 : end)) {
                text(i);
                moveTo((hasSign ? end + 1 : end) + 2);
                afterTag(sign == '-', sign != '+');
                return;
            }
        }
        throw new TemplateException(line, "\"endraw\" is missing");
    }

    private int skipSpace(int from) {
        int i = from;
        while (i < source.length() && isSpace(source.charAt(i))) {
            i++;
        }
        return i;
    }

    private int nextTag() {
        for (int i = position; i + 1 < source.length(); i++) {
            if (source.charAt(i) == '{' && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
                return i;
            }
        }
        return source.length();
    }

    /** Adds the text up to a tag, without the white space that the tag strips. */
    private void text(int end) {
        int keep = end;
        if (end < source.length()) {
            char sign = end + 2 < source.length() ? source.charAt(end + 2) : ' ';
            if (sign == '-') {
                while (keep > position && isSpace(source.charAt(keep - 1))) {
                    keep--;
                }
            } else if (sign != '+' && source.charAt(end + 1) != '{') {
                int blank = end;
                while (blank > position && isSpace(source.charAt(blank - 1)) && source.charAt(blank - 1) != '\n') {
                    blank--;
                }
                if (blank == 0 || source.charAt(blank - 1) == '\n') {
                    keep = Math.max(blank, position);
                }
            }
        }
        if (keep > position) {
            add(Kind.TEXT, source.substring(position, keep));
        }
        moveTo(end);
    }

    private void expression(boolean tag) {
        add(tag ? Kind.TAG_START : Kind.OUTPUT_START, "");
        String end = tag ? "%}" : "}}";
        int depth = 0;
        while (true) {
            while (position < source.length() && isSpace(peek())) {
                moveTo(position + 1);
            }
            if (position >= source.length()) {
                throw new TemplateException(line, "\"" + end + "\" is missing");
            }
            boolean strip = (peek() == '-' || (peek() == '+' && tag)) && source.startsWith(end, position + 1);
            if (depth == 0 && (strip || source.startsWith(end, position))) {
                boolean dash = strip && peek() == '-';
                boolean plus = strip && peek() == '+';
                add(tag ? Kind.TAG_END : Kind.OUTPUT_END, "");
                moveTo(position + (strip ? 3 : 2));
                afterTag(dash, tag && !plus);
                return;
            }
            depth += token();
            if (depth < 0) {
                throw new TemplateException(line, "unexpected \"" + source.charAt(position - 1) + "\"");
            }
        }
    }

    /** Skips white space after a tag or comment: all of it after a dash, else one line end if trim_blocks applies. */
    private void afterTag(boolean dash, boolean trimLine) {
        if (dash) {
            while (position < source.length() && isSpace(peek())) {
                moveTo(position + 1);
            }
        } else if (trimLine && position < source.length() && peek() == '\n') {
            moveTo(position + 1);
        }
    }

    /** Reads one token of an expression, and returns the change in bracket depth. */
    private int token() {
        char c = peek();
        if (isNameStart(c)) {
            int end = position;
            while (end < source.length() && isNamePart(source.charAt(end))) {
                end++;
            }
            take(Kind.NAME, end);
            return 0;
        }
        if (isDigit(c)) {
            number();
            return 0;
        }
        if (c == '"' || c == '\'') {
            string(c);
            return 0;
        }
        for (String operator : OPERATORS) {
            if (source.startsWith(operator, position)) {
                take(Kind.OPERATOR, position + operator.length());
                return "([{".contains(operator) ? 1 : ")]}".contains(operator) ? -1 : 0;
            }
        }
        throw new TemplateException(line, "unexpected character '" + c + "'");
    }

    private void number() {
        boolean afterPoint = position > 0 && source.charAt(position - 1) == '.';
        int radix = radix();
        if (radix != 10) {
            take(Kind.INTEGER, digitsEnd(position + 2, radix));
            return;
        }
        int end = digitsEnd(position, 10);
        if (afterPoint) {
            take(Kind.INTEGER, end);
            return;
        }
        int fraction = source.startsWith(".", end) ? digitsEnd(end + 1, 10) : end + 1;
        int number = fraction > end + 1 ? fraction : end;
        int exponent = exponentEnd(number);
        boolean isInteger = exponent == end;
        if (isInteger && source.charAt(position) == '0' && !isZero(end)) {
            throw new TemplateException(line, "a number begins with 0");
        }
        take(isInteger ? Kind.INTEGER : Kind.FLOAT, exponent);
    }

    /** Returns the base that a prefix such as {@code 0x} says; 10 if there is none. */
    private int radix() {
        if (source.charAt(position) != '0' || position + 1 == source.length()) {
            return 10;
        }
        int radix =
                switch (source.charAt(position + 1)) {
                    case 'x', 'X' -> 16;
                    case 'o', 'O' -> 8;
                    case 'b', 'B' -> 2;
                    default -> 10;
                };
        return radix != 10 && digitsEnd(position + 2, radix) > position + 2 ? radix : 10;
    }

    /** Returns the end of digits, which may have underscores between them. */
    private int digitsEnd(int start, int radix) {
        int end = start;
        for (int i = start; i < source.length(); i++) {
            char c = source.charAt(i);
            boolean isDigit = c < 0x80 && Character.digit(c, radix) >= 0;
            if (isDigit) {
                end = i + 1;
            } else if (c != '_' || i > end || (i == start && radix == 10)) {
                break;
            }
        }
        return end;
    }

    private boolean isZero(int end) {
        for (int i = position; i < end; i++) {
            if (source.charAt(i) != '0' && source.charAt(i) != '_') {
                return false;
            }
        }
        return true;
    }

    /** Returns the end of an exponent such as {@code e+10} at {@code start}, or {@code start} if there is none. */
    private int exponentEnd(int start) {
        if (!source.startsWith("e", start) && !source.startsWith("E", start)) {
            return start;
        }
        boolean hasSign = source.startsWith("+", start + 1) || source.startsWith("-", start + 1);
        int digits = hasSign ? start + 2 : start + 1;
        int end = digitsEnd(digits, 10);
        return end > digits ? end : start;
    }

    private void string(char quote) {
        StringBuilder value = new StringBuilder();
        int start = line;
        int i = position + 1;
        for (; i < source.length() && source.charAt(i) != quote; i++) {
            char c = source.charAt(i);
            if (c == '\\' && i + 1 < source.length()) {
                i = escape(i + 1, value);
            } else {
                value.append(c);
            }
        }
        if (i >= source.length()) {
            throw new TemplateException(start, "string is not closed");
        }
        moveTo(i + 1);
        tokens.add(new Token(Kind.STRING, value.toString(), start));
    }

    /** Decodes the escape sequence at {@code i}, after the backslash, and returns the index of its last character. */
    private int escape(int i, StringBuilder value) {
        char c = source.charAt(i);
        switch (c) {
            case 'a' -> value.append('\u0007');
            case 'b' -> value.append('\b');
            case 'f' -> value.append('\f');
            case 'n' -> value.append('\n');
            case 'r' -> value.append('\r');
            case 't' -> value.append('\t');
            case 'v' -> value.append('\u000B');
            case '\n' -> {
                // A backslash at the end of a line joins it with the next.
            }
            case '\\', '\'', '"' -> value.append(c);
            case 'x' -> {
                return hex(i, 2, value);
            }
            case 'u' -> {
                return hex(i, 4, value);
            }
            case 'U' -> {
                return hex(i, 8, value);
            }
            case 'N' -> throw new TemplateException(line, "\\N in a string is not supported");
            case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                return octal(i, value);
            }
            default -> value.append('\\').append(c);
        }
        return i;
    }

    private int hex(int i, int digits, StringBuilder value) {
        int code = 0;
        for (int d = 1; d <= digits; d++) {
            char c = i + d < source.length() ? source.charAt(i + d) : ' ';
            int digit = c < 0x80 ? Character.digit(c, 16) : -1;
            if (digit < 0 || code > Character.MAX_CODE_POINT >> 4) {
                throw new TemplateException(line, "invalid escape sequence in a string");
            }
            code = code * 16 + digit;
        }
        if (code > Character.MAX_CODE_POINT || (code >= 0xD800 && code < 0xE000)) {
            throw new TemplateException(line, "invalid escape sequence in a string");
        }
        value.appendCodePoint(code);
        return i + digits;
    }

    private int octal(int start, StringBuilder value) {
        int code = 0;
        int i = start;
        while (i < start + 3 && i < source.length() && source.charAt(i) >= '0' && source.charAt(i) <= '7') {
            code = code * 8 + source.charAt(i++) - '0';
        }
        value.append((char) code);
        return i - 1;
    }

    private void take(Kind kind, int end) {
        add(kind, source.substring(position, end));
        moveTo(end);
    }

    private void add(Kind kind, String text) {
        tokens.add(new Token(kind, text, line));
    }

    private void moveTo(int target) {
        for (; position < target; position++) {
            if (source.charAt(position) == '\n') {
                line++;
            }
        }
    }

    private char peek() {
        return source.charAt(position);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isNameStart(char c) {
        return c == '_' || (c < 0x80 ? (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') : Character.isLetter(c));
    }

    private static boolean isNamePart(char c) {
        return isNameStart(c) || (c < 0x80 ? isDigit(c) : Character.isLetterOrDigit(c));
    }

    private static boolean isSpace(char c) {
        return Characters.isSpace(c);
    }
}
