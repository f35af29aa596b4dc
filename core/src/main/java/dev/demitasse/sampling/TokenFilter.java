package dev.demitasse.sampling;

/** What may come next, where an answer must have a certain form. */
public interface TokenFilter {
    boolean allows(int id);

    /** Sets the logits of all tokens that may not come next to minus infinity. */
    void mask(float[] logits);
}
