package dev.demitasse.grammar.automaton;

/**
 * A bound of a range of numbers.
 *
 * @param isInclusive whether the bound itself is in the range
 */
public record Limit(Decimal value, boolean isInclusive) {
    static final Limit ZERO = new Limit(Decimal.ZERO, true);
    static final Limit ABOVE_ZERO = new Limit(Decimal.ZERO, false);
}
