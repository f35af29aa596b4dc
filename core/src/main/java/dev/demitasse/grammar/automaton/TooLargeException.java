package dev.demitasse.grammar.automaton;

/** Thrown if a part of a schema exceeds a limit. The message has no subject; the catcher adds the path of the part. */
public final class TooLargeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public TooLargeException(String message) {
        super(message);
    }
}
