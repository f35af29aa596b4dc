package dev.demitasse.grammar;

/** A part of a schema would need more than may be spent on it. Whoever knows the part says which it is. */
final class TooLargeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    TooLargeException(String message) {
        super(message);
    }
}
