package dev.demitasse.jinja;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Python's {@code text % values}. */
final class PercentFormat {
    private final String pattern;
    private final @Nullable Object values;
    private final List<?> list;
    private final Limits limits;
    private final TextBuilder out = new TextBuilder();
    private int position;
    private int used;

    private PercentFormat(String pattern, @Nullable Object values, Limits limits) {
        this.pattern = pattern;
        this.values = values;
        this.limits = limits;
        list = values instanceof Tuple tuple ? tuple : Collections.singletonList(values);
    }

    static Object format(@Nullable Object pattern, @Nullable Object values, Limits limits) {
        PercentFormat format = new PercentFormat(Values.plainText(pattern), values, limits);
        format.run();
        limits.makeText(format.out.length());
        return MarkedText.mayBeInput(pattern)
                ? MarkedText.input(format.out.text().toString())
                : format.out.toValue();
    }

    private void run() {
        limits.makeText(pattern.length());
        while (position < pattern.length()) {
            char c = pattern.charAt(position++);
            if (c == '%') {
                directive();
            } else {
                out.append(c);
            }
        }
        boolean mayBeUnused = values instanceof Map || (values instanceof List && !(values instanceof Tuple));
        if (used < list.size() && !mayBeUnused) {
            throw new EvaluationException("more values than the format takes");
        }
    }

    private void directive() {
        limits.step();
        Object keyed = null;
        boolean hasKey = false;
        if (peek() == '(') {
            int end = pattern.indexOf(')', position);
            if (end < 0 || !(values instanceof Map<?, ?> map)) {
                throw new EvaluationException("the format of a name needs a dict");
            }
            String name = pattern.substring(position + 1, end);
            if (!map.containsKey(name)) {
                throw new EvaluationException("the dict of % has no \"" + name + "\"");
            }
            keyed = map.get(name);
            hasKey = true;
            position = end + 1;
        }
        int start = position;
        while ("#0- +".indexOf(peek()) >= 0) {
            position++;
        }
        String flags = pattern.substring(start, position);
        long width = number();
        long precision = -1;
        if (peek() == '.') {
            position++;
            precision = number();
        }
        char type = peek();
        position++;
        if (type == '%') {
            out.append('%');
            return;
        }
        Object value = hasKey ? keyed : next();
        int from = out.length();
        pad(flags, width, convert(type, flags, (int) Math.min(precision, Integer.MAX_VALUE), value));
        if (MarkedText.mayBeInput(value)) {
            out.mark(from, out.length());
        }
    }

    private @Nullable Object next() {
        if (used == list.size()) {
            throw new EvaluationException("a value for % is missing");
        }
        return list.get(used++);
    }

    private long number() {
        if (peek() == '*') {
            throw new EvaluationException("\"*\" after % is not supported");
        }
        int start = position;
        while (peek() >= '0' && peek() <= '9') {
            position++;
        }
        if (position - start > 9) {
            throw new EvaluationException("a width or precision of % is too large");
        }
        return start == position ? 0 : Long.parseLong(pattern.substring(start, position));
    }

    /** A converted value: its sign and prefix, and the rest, between which zeros are filled in. */
    private record Converted(String prefix, String digits, boolean isNumber) {}

    private Converted convert(char type, String flags, int precision, @Nullable Object value) {
        switch (type) {
            case 's', 'r' -> {
                String text = type == 's' ? Values.text(value, limits) : Repr.of(value, limits);
                int length = text.codePointCount(0, text.length());
                boolean isCut = precision >= 0 && precision < length;
                return new Converted(
                        "", isCut ? text.substring(0, text.offsetByCodePoints(0, precision)) : text, false);
            }
            case 'c' -> {
                String text = value instanceof Long code && code >= 0 && code <= Character.MAX_CODE_POINT
                        ? Characters.toString((int) (long) code)
                        : Values.plainText(value);
                if (text.codePointCount(0, text.length()) != 1) {
                    throw new EvaluationException("the format c needs one character");
                }
                return new Converted("", text, false);
            }
            case 'd', 'i', 'u', 'x', 'X', 'o' -> {
                return integer(type, flags, precision, value);
            }
            case 'e', 'E', 'f', 'F', 'g', 'G' -> {
                if (!Values.isNumber(value)) {
                    throw new EvaluationException("%" + type + " needs a number, not " + Values.typeName(value));
                }
                double number = Values.toDouble(value);
                boolean alternate = flags.indexOf('#') >= 0;
                String digits = FloatFormat.format(number, type, precision < 0 ? 6 : precision, alternate);
                boolean isNegative = number < 0 || (number == 0 && 1 / number < 0);
                return new Converted(sign(isNegative, flags), digits, true);
            }
            default -> throw new EvaluationException("%" + type + " is not supported");
        }
    }

    private static Converted integer(char type, String flags, int precision, @Nullable Object value) {
        boolean isDecimal = "diu".indexOf(type) >= 0;
        if (!Values.isNumber(value) || (!isDecimal && !Values.isInteger(value))) {
            throw new EvaluationException("%" + type + " needs an integer, not " + Values.typeName(value));
        }
        long number = value instanceof Double real ? NumberFilters.truncate(real) : Values.toLong(value);
        String digits = isDecimal ? Long.toString(number) : Long.toString(number, type == 'o' ? 8 : 16);
        digits = digits.startsWith("-") ? digits.substring(1) : digits;
        digits = type == 'X' ? LetterCase.upper(digits) : digits;
        if (precision > Limits.MAX_LENGTH) {
            throw new EvaluationException("a precision of % is too large");
        }
        digits = "0".repeat(Math.max(0, precision - digits.length())) + digits;
        String base = flags.indexOf('#') >= 0 && !isDecimal ? "0" + type : "";
        return new Converted(sign(number < 0, flags) + base, digits, true);
    }

    private static String sign(boolean isNegative, String flags) {
        return isNegative ? "-" : flags.indexOf('+') >= 0 ? "+" : flags.indexOf(' ') >= 0 ? " " : "";
    }

    private void pad(String flags, long width, Converted value) {
        int length = value.prefix().length()
                + value.digits().codePointCount(0, value.digits().length());
        int missing = (int) Math.max(0, width - length);
        limits.makeText(out.length() + (long) missing + length);
        if (flags.indexOf('-') >= 0) {
            out.append(value.prefix()).append(value.digits()).append(" ".repeat(missing));
        } else if (flags.indexOf('0') >= 0 && value.isNumber()) {
            out.append(value.prefix()).append("0".repeat(missing)).append(value.digits());
        } else {
            out.append(" ".repeat(missing)).append(value.prefix()).append(value.digits());
        }
    }

    private char peek() {
        if (position >= pattern.length()) {
            throw new EvaluationException("the text ends within a directive of the operator %");
        }
        return pattern.charAt(position);
    }
}
