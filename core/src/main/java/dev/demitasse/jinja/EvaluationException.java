package dev.demitasse.jinja;

/** An error in an operation on values, such as Python's TypeError. The evaluator adds the line. */
final class EvaluationException extends Exception {
    private static final long serialVersionUID = 1L;

    EvaluationException(String message) {
        super(message);
    }
}
