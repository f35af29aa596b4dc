package dev.demitasse.grammar;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Numbers between limits, as an automaton that compares digit by digit. At most 15 significant digits, so that a
 * double tells any two of them apart and a comparison of doubles comes out as that of the digits does.
 */
final class NumberRange {
    static final int MAX_DIGITS = 15;

    private static final int LESS = 0;
    private static final int EQUAL = 1;
    private static final int GREATER = 2;

    private final Decimal low; // of the absolute value
    private final boolean lowAllowed;
    private final @Nullable Decimal high;
    private final boolean highAllowed;
    private final int maxFraction;
    private final int modulus;
    private final int modulusFraction; // digits after the point of the unit that the modulus counts

    private final Dfa.Builder builder;
    private final Map<State, Integer> states = new HashMap<>();
    private final List<State> queue = new ArrayList<>();

    /**
     * Where a number stands.
     *
     * @param whole digits before the point
     * @param fraction digits after it; -1 before the point
     * @param low how the digits compare with the lower limit's
     */
    private record State(int whole, int fraction, int low, int high, int remainder, boolean zero) {}

    /** Sign, digits and the place of the point: {@code 0.DIGITS × 10^point}, without zeros at either end. */
    record Decimal(boolean negative, String digits, int point) {
        static final Decimal ZERO = new Decimal(false, "", 0);

        static Decimal of(Number number) {
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

        /** Whether it is a whole number of digits that are supported. */
        boolean isSmall() {
            return fraction() == 0 && whole() < MAX_DIGITS;
        }

        /** How many of {@code 10^-fraction} it is; 0 if too many. */
        int count(int fraction) {
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

        /** Digits before the point. */
        int whole() {
            return Math.max(0, point);
        }

        /** Digits after it. */
        int fraction() {
            return Math.max(0, digits.length() - point);
        }

        int wholeDigit(int index) {
            return index < digits.length() ? digits.charAt(index) - '0' : 0;
        }

        int fractionDigit(int index) {
            int at = point + index;
            return at >= 0 && at < digits.length() ? digits.charAt(at) - '0' : 0;
        }

        int compare(Decimal other) {
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

    private NumberRange(Dfa.Builder builder, Limit low, @Nullable Limit high, int maxFraction, int modulus, int unit) {
        this.builder = builder;
        this.low = low.value().absolute();
        lowAllowed = low.allowed();
        this.high = high == null ? null : high.value().absolute();
        highAllowed = high != null && high.allowed();
        this.maxFraction = maxFraction;
        this.modulus = modulus;
        modulusFraction = unit;
    }

    /** @param allowed whether the limit itself is one of the numbers */
    record Limit(Decimal value, boolean allowed) {
        private static final Limit ZERO = new Limit(Decimal.ZERO, true);
        private static final Limit ABOVE_ZERO = new Limit(Decimal.ZERO, false);
    }

    /** Any number; those that aren't whole may have an exponent. */
    static Dfa any(boolean whole) {
        Budget budget = new Budget();
        Dfa.Builder builder = new Dfa.Builder(budget);
        of(builder, null, null, whole ? 0 : MAX_DIGITS, 1, 0);
        if (!whole) {
            // after any number
            int states = builder.states();
            int exponent = builder.state();
            int sign = builder.state();
            int one = builder.state();
            int two = builder.state();
            for (int i = 0; i < states; i++) {
                if (builder.accepts(i)) {
                    builder.edges(i, "eE", exponent);
                }
            }
            builder.edges(exponent, "+-", sign);
            builder.edge(exponent, '0', '9', one);
            builder.edge(sign, '0', '9', one);
            builder.edge(one, '0', '9', two);
            builder.accept(one);
            builder.accept(two);
        }
        return builder.build();
    }

    /**
     * Numbers without exponent.
     *
     * @param low null for none
     * @param maxFraction digits after the point; 0 for integers
     * @param modulus whose multiples they are, counted in units of 10^-{@code unit}
     */
    static Dfa of(@Nullable Limit low, @Nullable Limit high, int maxFraction, int modulus, int unit, Budget budget) {
        Dfa.Builder builder = new Dfa.Builder(budget);
        of(builder, low, high, maxFraction, modulus, unit);
        return builder.build();
    }

    private static void of(
            Dfa.Builder builder, @Nullable Limit low, @Nullable Limit high, int maxFraction, int modulus, int unit) {
        if (high == null || high.value().compare(Decimal.ZERO) >= 0) {
            boolean positive = low != null && low.value().compare(Decimal.ZERO) > 0;
            Limit least = positive || low != null && low.value().isZero() ? low : Limit.ZERO;
            new NumberRange(builder, least == null ? Limit.ZERO : least, high, maxFraction, modulus, unit).build(0);
        }
        if (low == null || low.value().negative()) {
            int minus = builder.state();
            builder.edge(0, '-', '-', minus);
            Limit least = high != null && high.value().negative() ? high : Limit.ABOVE_ZERO;
            new NumberRange(builder, least, low, maxFraction, modulus, unit).build(minus);
        }
    }

    private void build(int start) {
        State begin = new State(0, -1, EQUAL, EQUAL, 0, false);
        states.put(begin, start);
        queue.add(begin);
        for (int i = 0; i < queue.size(); i++) {
            State state = queue.get(i);
            int at = state(state);
            if (state.fraction < 0) {
                whole(state, at);
            } else {
                fraction(state, at);
            }
            if (isEnd(state)) {
                builder.accept(at);
            }
        }
    }

    private void whole(State state, int at) {
        if (state.whole < MAX_DIGITS && !state.zero) {
            for (int digit = 0; digit < 10; digit++) {
                boolean zero = state.whole == 0 && digit == 0;
                int whole = zero ? 0 : state.whole + 1;
                State next = new State(
                        whole,
                        -1,
                        zero ? EQUAL : wholeCompare(low, state.low, state.whole, digit),
                        zero || high == null ? EQUAL : wholeCompare(high, state.high, state.whole, digit),
                        (state.remainder * 10 + digit) % modulus,
                        zero);
                if (high != null && (whole > high.whole() || whole == high.whole() && next.high == GREATER)) {
                    continue;
                }
                to(at, digit, next);
            }
        }
        if (maxFraction > 0 && (state.whole > 0 || state.zero) && state.whole < MAX_DIGITS) {
            int lowAt = wholeDone(low, state.low, state.whole);
            int highAt = high == null ? LESS : wholeDone(high, state.high, state.whole);
            if (highAt != GREATER) {
                int point = state(new State(state.whole, 0, lowAt, highAt, state.remainder, state.zero));
                builder.edge(at, '.', '.', point);
            }
        }
    }

    private static int wholeCompare(Decimal limit, int before, int index, int digit) {
        return before != EQUAL || index >= limit.whole() ? before : compare(digit, limit.wholeDigit(index));
    }

    /** How the whole part compares with the limit's, all of its digits being known. */
    private static int wholeDone(Decimal limit, int compared, int digits) {
        return digits == limit.whole() ? compared : digits < limit.whole() ? LESS : GREATER;
    }

    private static int compare(int a, int b) {
        return a < b ? LESS : a == b ? EQUAL : GREATER;
    }

    private void fraction(State state, int at) {
        if (state.fraction == maxFraction || state.whole + state.fraction == MAX_DIGITS) {
            return;
        }
        for (int digit = 0; digit < 10; digit++) {
            int lowAt = state.low != EQUAL ? state.low : compare(digit, low.fractionDigit(state.fraction));
            int highAt = high == null || state.high != EQUAL
                    ? state.high
                    : compare(digit, high.fractionDigit(state.fraction));
            if (highAt == GREATER) {
                continue;
            }
            int remainder =
                    state.fraction < modulusFraction ? (state.remainder * 10 + digit) % modulus : state.remainder;
            to(at, digit, new State(state.whole, state.fraction + 1, lowAt, highAt, remainder, false));
        }
    }

    private void to(int at, int digit, State next) {
        builder.edge(at, '0' + digit, '0' + digit, state(next));
    }

    private int state(State state) {
        Integer known = states.get(state);
        if (known != null) {
            return known;
        }
        int made = builder.state();
        states.put(state, made);
        queue.add(state);
        return made;
    }

    private boolean isEnd(State state) {
        boolean whole = state.fraction < 0;
        if (whole ? state.whole == 0 && !state.zero : state.fraction == 0) {
            return false;
        }
        int remainder = state.remainder;
        for (int i = Math.max(0, state.fraction); i < modulusFraction; i++) {
            remainder = remainder * 10 % modulus;
        }
        int lowAt = atEnd(low, whole ? wholeDone(low, state.low, state.whole) : state.low, state.fraction);
        boolean above = lowAt == GREATER || lowAt == EQUAL && lowAllowed;
        if (high == null) {
            return above && remainder == 0;
        }
        int highAt = atEnd(high, whole ? wholeDone(high, state.high, state.whole) : state.high, state.fraction);
        return above && remainder == 0 && (highAt == LESS || highAt == EQUAL && highAllowed);
    }

    /** What a comparison so far is in the end: the limit may have more digits. */
    private static int atEnd(Decimal limit, int compared, int fraction) {
        return compared == EQUAL && limit.fraction() > Math.max(0, fraction) ? LESS : compared;
    }
}
