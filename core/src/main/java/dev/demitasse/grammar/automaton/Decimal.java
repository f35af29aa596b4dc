package dev.demitasse.grammar.automaton;

/**
 * A decimal number {@code ±0.DIGITS × 10^point}.
 *
 * @param digits without zeros at either end; empty for 0
 */
public record Decimal(boolean negative, String digits, int point) {
    static final Decimal ZERO = new Decimal(false, "", 0);

    /** Returns the number that the shortest decimal form of a double or the digits of a long denote. */
    public static Decimal of(Number number) {
        String text = number.toString();
        int e = Math.max(text.indexOf('E'), text.indexOf('e'));
        int exponent = e < 0 ? 0 : Integer.parseInt(text.substring(e + 1));
        String plain = e < 0 ? text : text.substring(0, e);
        boolean negative = plain.startsWith("-");
        plain = negative ? plain.substring(1) : plain;
        int dot = plain.indexOf('.');
        String digits = dot < 0 ? plain : plain.substring(0, dot) + plain.substring(dot + 1);
        int point = (dot < 0 ? plain.length() : dot) + exponent;
        int start = 0;
        while (start < digits.length() && digits.charAt(start) == '0') {
            start++;
        }
        int end = digits.length();
        while (end > start && digits.charAt(end - 1) == '0') {
            end--;
        }
        return start == end ? ZERO : new Decimal(negative, digits.substring(start, end), point - start);
    }

    Decimal absolute() {
        return new Decimal(false, digits, point);
    }

    /** Returns whether this is an integer with fewer than {@link NumberRange#MAX_DIGITS} digits. */
    public boolean isSmallInteger() {
        return fraction() == 0 && whole() < NumberRange.MAX_DIGITS;
    }

    /** Returns this number in units of {@code 10^-fraction}, or 0 if it has more than six digits. */
    public int count(int fraction) {
        int length = point + fraction;
        if (length > 6) {
            return 0;
        }
        int count = 0;
        for (int i = 0; i < length; i++) {
            count = count * 10 + wholeDigit(i);
        }
        return count;
    }

    boolean isZero() {
        return digits.isEmpty();
    }

    /** Returns the number of digits before the point. */
    int whole() {
        return Math.max(0, point);
    }

    /** Returns the number of digits after the point. */
    public int fraction() {
        return Math.max(0, digits.length() - point);
    }

    int wholeDigit(int index) {
        return index < digits.length() ? digits.charAt(index) - '0' : 0;
    }

    int fractionDigit(int index) {
        int at = point + index;
        return at >= 0 && at < digits.length() ? digits.charAt(at) - '0' : 0;
    }

    public int compare(Decimal other) {
        if (isZero() || other.isZero() || negative != other.negative) {
            return Integer.compare(sign(), other.sign());
        }
        int absolute = point != other.point ? Integer.compare(point, other.point) : digits.compareTo(other.digits);
        return negative ? -absolute : absolute;
    }

    private int sign() {
        return isZero() ? 0 : negative ? -1 : 1;
    }
}
