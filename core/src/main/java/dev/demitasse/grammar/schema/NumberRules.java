package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.Rule;
import dev.demitasse.grammar.Terminal;
import dev.demitasse.grammar.automaton.Budget;
import dev.demitasse.grammar.automaton.Decimal;
import dev.demitasse.grammar.automaton.Dfa;
import dev.demitasse.grammar.automaton.Limit;
import dev.demitasse.grammar.automaton.NumberRange;
import dev.demitasse.grammar.automaton.TooLargeException;
import dev.demitasse.json.JsonField;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compiles the assertions about numbers. */
final class NumberRules {
    private final Schemas schemas;

    NumberRules(Schemas schemas) {
        this.schemas = schemas;
    }

    /**
     * Returns the rule of the numbers that are valid.
     *
     * @param whole whether only integers are valid
     */
    Rule rule(boolean whole) {
        Limit low = limit("minimum", "exclusiveMinimum", 1);
        Limit high = limit("maximum", "exclusiveMaximum", -1);
        List<Decimal> units = units();
        List<JsonField> negated = schemas.lenient() ? List.of() : schemas.negated();
        if (low == null && high == null && units.isEmpty() && negated.isEmpty()) {
            return whole ? schemas.json().integer : schemas.json().number;
        }
        Dfa numbers;
        try {
            numbers = numbers(low, high, units, whole);
            for (JsonField assertion : negated) {
                numbers = without(numbers, assertion);
            }
        } catch (TooLargeException e) {
            throw new IllegalArgumentException(schemas.path() + " has a multipleOf that " + e.getMessage(), e);
        }
        if (numbers.isEmpty() && mayContainLongNumbers(low, high)) {
            if (schemas.lenient()) {
                return schemas.json().number;
            }
            throw new IllegalArgumentException(
                    schemas.path() + " has limits between which there is no number of at most " + NumberRange.MAX_DIGITS
                            + " digits; longer numbers are not supported");
        }
        return new Terminal(numbers);
    }

    private Dfa numbers(@Nullable Limit low, @Nullable Limit high, List<Decimal> units, boolean whole) {
        Dfa all = null;
        for (Decimal unit : units) {
            int fraction = unit.fraction();
            int modulus = unit.count(fraction);
            Dfa multiples = NumberRange.of(low, high, whole ? 0 : fraction, modulus, fraction, schemas.budget());
            all = all == null ? multiples : all.and(multiples, schemas.budget());
        }
        return all != null
                ? all
                : NumberRange.of(low, high, whole ? 0 : NumberRange.MAX_DIGITS, 1, 0, schemas.budget());
    }

    /** Removes the numbers that are multiples, integers or in a list. */
    private Dfa without(Dfa numbers, JsonField assertion) {
        Budget budget = schemas.budget();
        Dfa left = numbers;
        if (assertion.member("multipleOf").isPresent()) {
            Decimal unit = unit(assertion.member("multipleOf"));
            int fraction = unit.fraction();
            left = left.minus(NumberRange.multiples(unit.count(fraction), fraction, budget), budget);
        }
        if (assertion.member("type").isPresent()) {
            left = left.minus(NumberRange.multiples(1, 0, budget), budget);
        }
        if (assertion.member("enum").isPresent()) {
            for (JsonField value : assertion.member("enum").elements()) {
                if (value.value() instanceof Number number) {
                    Limit limit = new Limit(Decimal.of(number), true);
                    left = left.minus(NumberRange.of(limit, limit, NumberRange.MAX_DIGITS, 1, 0, budget), budget);
                }
            }
        }
        return left;
    }

    private static Decimal unit(JsonField field) {
        Decimal unit = Decimal.of(Keywords.number(field));
        if (unit.count(unit.fraction()) == 0) {
            throw field.isNot("a number of at most 6 digits");
        }
        return unit;
    }

    /** Returns whether there may be numbers between the limits that have more digits than are supported. */
    private static boolean mayContainLongNumbers(@Nullable Limit low, @Nullable Limit high) {
        if (low == null || high == null) {
            return true;
        }
        boolean small = low.value().isSmallInteger() && high.value().isSmallInteger();
        int order = low.value().compare(high.value());
        return !small && (order < 0 || order == 0 && low.isInclusive() && high.isInclusive());
    }

    /**
     * Returns the strictest limit, or null if there is none.
     *
     * @param direction 1 for the maximum of the lower limits, -1 for the minimum of the upper limits
     */
    private @Nullable Limit limit(String inclusive, String exclusive, int direction) {
        Limit strictest = null;
        for (JsonField schema : schemas.all()) {
            for (String keyword : new String[] {inclusive, exclusive}) {
                JsonField field = schema.member(keyword);
                if (!field.isPresent()) {
                    continue;
                }
                Limit limit = new Limit(Decimal.of(Keywords.number(field)), keyword.equals(inclusive));
                int order = strictest == null ? 1 : direction * limit.value().compare(strictest.value());
                if (order > 0 || order == 0 && !limit.isInclusive()) {
                    strictest = limit;
                }
            }
        }
        return strictest;
    }

    /** Returns the values of {@code multipleOf}. */
    private List<Decimal> units() {
        List<Decimal> units = new ArrayList<>();
        for (JsonField field : schemas.values("multipleOf")) {
            units.add(unit(field));
        }
        return units;
    }

    /** Returns whether a number satisfies all schemas. */
    boolean isValid(Number number, boolean whole) {
        BigDecimal value = Constants.decimal(number);
        if (whole && value.stripTrailingZeros().scale() > 0) {
            return false;
        }
        for (JsonField schema : schemas.all()) {
            if (compare(value, schema.member("minimum"), 0) < 0
                    || compare(value, schema.member("exclusiveMinimum"), 1) <= 0
                    || compare(value, schema.member("maximum"), 0) > 0
                    || compare(value, schema.member("exclusiveMaximum"), -1) >= 0) {
                return false;
            }
            JsonField unit = schema.member("multipleOf");
            if (unit.isPresent()
                    && value.remainder(Constants.decimal(Keywords.number(unit))).signum() != 0) {
                return false;
            }
        }
        for (JsonField negated : schemas.negated()) {
            if (isExcluded(value, negated)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isExcluded(BigDecimal value, JsonField negated) {
        JsonField unit = negated.member("multipleOf");
        if (unit.isPresent()
                && value.remainder(Constants.decimal(Keywords.number(unit))).signum() == 0) {
            return true;
        }
        if (negated.member("type").isPresent() && value.stripTrailingZeros().scale() <= 0) {
            return true;
        }
        JsonField list = negated.member("enum");
        for (JsonField other : list.isPresent() ? list.elements() : List.<JsonField>of()) {
            if (other.value() instanceof Number number && value.compareTo(Constants.decimal(number)) == 0) {
                return true;
            }
        }
        return false;
    }

    private static int compare(BigDecimal value, JsonField limit, int absent) {
        return limit.isPresent() ? value.compareTo(Constants.decimal(Keywords.number(limit))) : absent;
    }
}
