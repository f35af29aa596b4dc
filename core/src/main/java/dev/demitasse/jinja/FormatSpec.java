package dev.demitasse.jinja;

import org.jspecify.annotations.Nullable;

/** Python's {@code format(value, spec)} for texts and numbers. */
final class FormatSpec {
    private final String spec;
    private final Limits limits;
    private int position;
    private String fill = " ";
    private char align;
    private char sign;
    private boolean alternate;
    private long width;
    private char grouping;
    private long precision = -1;
    private char type;

    private FormatSpec(String spec, Limits limits) {
        this.spec = spec;
        this.limits = limits;
        parse();
    }

    static String format(@Nullable Object value, String spec, Limits limits) {
        if (spec.isEmpty()) {
            return Values.text(value, limits);
        }
        if (!Values.isText(value) && !Values.isNumber(value)) {
            throw new EvaluationException("format \"" + spec + "\" is not supported for " + Values.typeName(value));
        }
        FormatSpec format = new FormatSpec(spec, limits);
        return Values.isText(value) ? format.text(Values.plainText(value)) : format.number(value);
    }

    /** Parses {@code [[fill]align][sign][#][0][width][grouping][.precision][type]}. */
    private void parse() {
        int afterFill = spec.offsetByCodePoints(0, 1);
        boolean hasFill = afterFill < spec.length() && isAlign(spec.charAt(afterFill));
        if (hasFill) {
            fill = spec.substring(0, afterFill);
            position = afterFill;
        }
        if (isAlign(peek())) {
            align = spec.charAt(position++);
        }
        if (peek() == '+' || peek() == '-' || peek() == ' ') {
            sign = spec.charAt(position++);
        }
        alternate = accept('#');
        if (!hasFill && accept('0')) {
            fill = "0";
            align = align == 0 ? '0' : align;
        }
        width = number();
        if (peek() == ',' || peek() == '_') {
            grouping = spec.charAt(position++);
        }
        if (accept('.')) {
            int start = position;
            precision = number();
            if (start == position) {
                throw unsupported();
            }
        }
        if (position < spec.length()) {
            type = spec.charAt(position++);
        }
        if (position < spec.length()) {
            throw unsupported();
        }
    }

    private static boolean isAlign(char c) {
        return c == '<' || c == '>' || c == '=' || c == '^';
    }

    private char peek() {
        return position < spec.length() ? spec.charAt(position) : 0;
    }

    private boolean accept(char c) {
        boolean found = peek() == c;
        position += found ? 1 : 0;
        return found;
    }

    private long number() {
        int start = position;
        while (peek() >= '0' && peek() <= '9') {
            position++;
        }
        if (position - start > 9) {
            throw unsupported();
        }
        return start == position ? 0 : Long.parseLong(spec.substring(start, position));
    }

    private EvaluationException unsupported() {
        return new EvaluationException("format \"" + spec + "\" is not supported");
    }

    private String text(String text) {
        if ((type != 0 && type != 's') || sign != 0 || alternate || grouping != 0 || align == '=') {
            throw unsupported();
        }
        int length = text.codePointCount(0, text.length());
        boolean isCut = precision >= 0 && precision < length;
        String shown = isCut ? text.substring(0, text.offsetByCodePoints(0, (int) precision)) : text;
        return pad("", shown, align == 0 || align == '0' ? '<' : align);
    }

    private String number(@Nullable Object value) {
        boolean isFloat = value instanceof Double || (type != 0 && "eEfFgG%".indexOf(type) >= 0);
        double number = Values.toDouble(value);
        boolean isNegative = number < 0 || (number == 0 && 1 / number < 0);
        String digits = isFloat ? floatDigits(number) : integerDigits(Values.toLong(value));
        if (grouping != 0) {
            digits = grouped(digits);
        }
        String prefix = isNegative ? "-" : sign == '+' || sign == ' ' ? String.valueOf(sign) : "";
        if (alternate) {
            if (isFloat || type == 0 || "xob".indexOf(type) < 0) {
                throw unsupported();
            }
            prefix += "0" + type;
        }
        return pad(prefix, digits, align == 0 ? '>' : align == '0' ? '=' : align);
    }

    private String integerDigits(long number) {
        if (precision >= 0) {
            throw unsupported();
        }
        String digits =
                switch (type) {
                    case 0, 'd' -> Long.toString(number);
                    case 'x', 'X' -> Long.toString(number, 16);
                    case 'o' -> Long.toString(number, 8);
                    case 'b' -> Long.toString(number, 2);
                    default -> throw unsupported();
                };
        digits = digits.startsWith("-") ? digits.substring(1) : digits;
        return type == 'X' ? LetterCase.upper(digits) : digits;
    }

    private String floatDigits(double number) {
        if (type == 0 && precision < 0) {
            return Repr.of(Math.abs(number), limits);
        }
        if (type == 0 || "eEfFgG%".indexOf(type) < 0) {
            throw unsupported();
        }
        int digits = precision < 0 ? 6 : (int) precision;
        return type == '%'
                ? FloatFormat.format(number * 100, 'f', digits, false) + "%"
                : FloatFormat.format(number, type, digits, false);
    }

    private String grouped(String digits) {
        int end = 0;
        while (end < digits.length() && digits.charAt(end) >= '0' && digits.charAt(end) <= '9') {
            end++;
        }
        // Python fills zeros up in groups, and groups digits of other bases by four.
        if (fill.equals("0") || (type != 0 && "xXob".indexOf(type) >= 0)) {
            throw unsupported();
        }
        StringBuilder out = new StringBuilder(digits);
        for (int i = end - 3; i > 0; i -= 3) {
            out.insert(i, grouping);
        }
        return out.toString();
    }

    private String pad(String prefix, String text, char side) {
        long missing = Math.max(0, width - prefix.length() - text.codePointCount(0, text.length()));
        limits.makeText(missing * fill.length() + text.length());
        int count = (int) missing;
        return switch (side) {
            case '<' -> prefix + text + fill.repeat(count);
            case '>' -> fill.repeat(count) + prefix + text;
            case '=' -> prefix + fill.repeat(count) + text;
            default -> fill.repeat(count / 2) + prefix + text + fill.repeat(count - count / 2);
        };
    }
}
