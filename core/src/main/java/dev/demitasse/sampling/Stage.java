package dev.demitasse.sampling;

/** Restricts the tokens that may come next. Stages run one after the other. */
interface Stage {
    /**
     * Restricts a ranking to its first tokens.
     *
     * @return false if that depends on tokens that are missing in the ranking
     */
    boolean apply(Ranking ranking);
}
