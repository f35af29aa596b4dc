package dev.demitasse.sampling;

/** Reduces the candidates of the next token. Stages run one after the other. */
interface Stage {
    /**
     * Reduces the candidates, as if none were missing.
     *
     * @return false if that takes the missing ones
     */
    boolean apply(Ranking ranking);
}
