package dev.demitasse.gguf;

/** A GGUF file that cannot be read. The message names the field at fault and what was found there. */
public final class GgufException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public GgufException(String message) {
        super(message);
    }
}
