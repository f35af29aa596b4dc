package dev.demitasse.gguf;

/** Thrown if a model's files cannot be read. The message names the field and its invalid content. */
public final class GgufException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public GgufException(String message) {
        super(message);
    }
}
