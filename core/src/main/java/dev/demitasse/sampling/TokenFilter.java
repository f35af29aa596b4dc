package dev.demitasse.sampling;

/** Restricts the next token, for answers that must have a certain form. */
public interface TokenFilter {
    /** Returns whether a token may come next. */
    boolean allows(int id);

    /** Sets the logits of all tokens that may not come next to minus infinity. */
    void mask(float[] logits);
}
