package dev.demitasse.jinja;

import org.jspecify.annotations.Nullable;

/** An error in an operation on values, such as Python's TypeError. The evaluator adds the line. */
final class EvaluationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EvaluationException(String message) {
        super(message);
    }

    /** Returns the exception for an operation that a type of value does not have. */
    static EvaluationException unsupported(String operation, @Nullable Object value) {
        return new EvaluationException(operation + " is not supported for " + Values.typeName(value));
    }
}
