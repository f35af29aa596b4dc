package dev.demitasse.jinja;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts the work of one rendering and ends it when it takes too much. */
final class Limits {
    private static final int MAX_STEPS = 4_000_000;
    private static final int MAX_CALL_DEPTH = 20;
    private static final int MAX_EXPRESSION_DEPTH = 500;
    private static final int CHARACTERS_PER_STEP = 256;

    private int steps;
    private int callDepth;
    private int expressionDepth;

    void step(int line) {
        if (++steps > MAX_STEPS) {
            throw new TemplateException(line, "more than " + MAX_STEPS + " steps");
        }
    }

    /**
     * Counts the steps of reading a whole value, and returns the value. Values may share parts, so a few steps can make
     * a value that takes exponential time to print.
     */
    @Nullable
    Object charge(@Nullable Object value) {
        step(0);
        if (value instanceof List<?> list) {
            list.forEach(this::charge);
        } else if (value instanceof Map<?, ?> map) {
            map.values().forEach(this::charge);
        } else {
            chargeText(value);
        }
        return value;
    }

    /** Counts the steps of reading a text, and returns the value. Counts nothing for other values. */
    @Nullable
    Object chargeText(@Nullable Object value) {
        if (value instanceof String text) {
            steps += text.length() / CHARACTERS_PER_STEP;
        }
        return value;
    }

    void enterCall() throws EvaluationException {
        if (++callDepth > MAX_CALL_DEPTH) {
            throw new EvaluationException("calls nested deeper than " + MAX_CALL_DEPTH);
        }
    }

    void leaveCall() {
        callDepth--;
    }

    void enterExpression() {
        if (++expressionDepth > MAX_EXPRESSION_DEPTH) {
            throw new TemplateException(0, "expressions nested deeper than " + MAX_EXPRESSION_DEPTH);
        }
    }

    void leaveExpression() {
        expressionDepth--;
    }
}
