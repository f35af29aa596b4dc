package dev.demitasse.grammar.automaton;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Numbers between limits, as an automaton that compares them digit by digit. Numbers have at most 15 significant digits:
 * then two of them are never the same double, and doubles compare as the digits do.
 */
public final class NumberRange {
    public static final int MAX_DIGITS = 15;

    private static final int LESS = 0;
    private static final int EQUAL = 1;
    private static final int GREATER = 2;

    // Limits of the absolute value.
    private final Decimal low;
    private final boolean lowInclusive;
    private final @Nullable Decimal high;
    private final boolean highInclusive;
    private final int maxFraction;
    private final int modulus;
    private final int modulusFraction; // digits after the point of the unit in which the modulus counts

    private final boolean zerosAfterUnit; // whether digits after those of the unit must be 0

    private final Dfa.Builder builder;
    private final Map<State, Integer> states = new HashMap<>();
    private final List<State> queue = new ArrayList<>();

    /**
     * A state of the automaton.
     *
     * @param whole the number of digits before the point
     * @param fraction the number of digits after the point, or -1 before the point
     * @param low how the digits compare with those of the lower limit
     * @param high how the digits compare with those of the upper limit
     * @param zero whether the whole part is a single 0
     */
    private record State(int whole, int fraction, int low, int high, int remainder, boolean zero) {}

    private NumberRange(
            Dfa.Builder builder,
            Limit low,
            @Nullable Limit high,
            int maxFraction,
            int modulus,
            int unit,
            boolean zerosAfterUnit) {
        this.builder = builder;
        this.low = low.value().absolute();
        lowInclusive = low.isInclusive();
        this.high = high == null ? null : high.value().absolute();
        highInclusive = high != null && high.isInclusive();
        this.maxFraction = maxFraction;
        this.modulus = modulus;
        modulusFraction = unit;
        this.zerosAfterUnit = zerosAfterUnit;
    }

    /** Returns an automaton of all integers, or of all numbers, which may have an exponent. */
    public static Dfa any(boolean whole) {
        Budget budget = new Budget();
        Dfa.Builder builder = new Dfa.Builder(budget);
        of(builder, null, null, whole ? 0 : MAX_DIGITS, 1, 0, false);
        if (!whole) {
            // An exponent may follow each number.
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
     * Returns an automaton of the multiples of a number within limits, without exponents.
     *
     * @param low the lower limit, or null if there is none
     * @param high the upper limit, or null if there is none
     * @param maxFraction the maximum number of digits after the point; 0 for integers
     * @param modulus the number of which all are multiples, in units of 10^-{@code unit}
     */
    public static Dfa of(
            @Nullable Limit low, @Nullable Limit high, int maxFraction, int modulus, int unit, Budget budget) {
        Dfa.Builder builder = new Dfa.Builder(budget);
        of(builder, low, high, maxFraction, modulus, unit, false);
        return builder.build();
    }

    /** Returns an automaton of all multiples of a number, without exponents but with all zeros that may end them. */
    public static Dfa multiples(int modulus, int unit, Budget budget) {
        Dfa.Builder builder = new Dfa.Builder(budget);
        of(builder, null, null, MAX_DIGITS, modulus, unit, true);
        return builder.build();
    }

    private static void of(
            Dfa.Builder builder,
            @Nullable Limit low,
            @Nullable Limit high,
            int maxFraction,
            int modulus,
            int unit,
            boolean zeros) {
        if (high == null || high.value().compare(Decimal.ZERO) >= 0) {
            boolean positive = low != null && low.value().compare(Decimal.ZERO) > 0;
            Limit min = positive || low != null && low.value().isZero() ? low : Limit.ZERO;
            new NumberRange(builder, min == null ? Limit.ZERO : min, high, maxFraction, modulus, unit, zeros).build(0);
        }
        if (low == null || low.value().negative()) {
            int minus = builder.state();
            builder.edge(0, '-', '-', minus);
            Limit min = high != null && high.value().negative() ? high : Limit.ABOVE_ZERO;
            new NumberRange(builder, min, low, maxFraction, modulus, unit, zeros).build(minus);
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

    /** Returns how a whole part compares with that of a limit. */
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
        int digits = zerosAfterUnit && state.fraction >= modulusFraction ? 1 : 10;
        for (int digit = 0; digit < digits; digit++) {
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
        boolean above = lowAt == GREATER || lowAt == EQUAL && lowInclusive;
        if (high == null) {
            return above && remainder == 0;
        }
        int highAt = atEnd(high, whole ? wholeDone(high, state.high, state.whole) : state.high, state.fraction);
        return above && remainder == 0 && (highAt == LESS || highAt == EQUAL && highInclusive);
    }

    /** Returns how a number compares with a limit, which may have more digits. */
    private static int atEnd(Decimal limit, int compared, int fraction) {
        return compared == EQUAL && limit.fraction() > Math.max(0, fraction) ? LESS : compared;
    }
}
